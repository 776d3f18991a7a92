import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Image } from '#contract/image'
import { shareTestAgent } from '../../testing/shared-agent.ts'
import { openTestRegistry, type TestRegistry } from '../../testing/test-registry.ts'

const testAgent = shareTestAgent()
const folder = mkdtempSync(join(tmpdir(), 'joey-save-'))
let registry: TestRegistry
beforeAll(async () => {
  registry = await openTestRegistry()
  await registry.pushBusybox(testAgent, 'team/app:1', 'first')
  await testAgent.joey(['pull', `${registry.host}/team/app:1`])
  await testAgent.joey(['tag', `${registry.host}/team/app:1`, 'team/app:1'])
}, 60_000)
afterAll(async () => {
  await registry.close()
  rmSync(folder, { recursive: true, force: true })
})

const joey = (...args: string[]) => testAgent.joey(args)
const digestOf = async (ref: string) => {
  const [found] = await testAgent.json<{ image: Image; pulledFrom: { manifest: string }[] }[]>([
    'image',
    'inspect',
    ref,
  ])
  return { image: found?.image.digest, manifest: found?.pulledFrom[0]?.manifest }
}

test('what was pulled is saved as it came, in an archive and in a folder, for whoever reads them', async () => {
  const { manifest } = await digestOf('team/app:1')
  const layout = join(folder, 'layout')
  const saved = await testAgent.json(['save', '--format', 'oci', '-o', layout, 'team/app:1'])
  expect(saved).toMatchObject({ images: [{ ref: 'team/app:1', manifest, unchanged: true }] })
  const [entry] = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')).manifests
  expect(entry).toMatchObject({ digest: manifest, annotations: { 'org.opencontainers.image.ref.name': 'team/app:1' } })
  for (const name of readdirSync(join(layout, 'blobs', 'sha256'))) {
    const bytes = readFileSync(join(layout, 'blobs', 'sha256', name))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(name)
  }
  const archive = join(folder, 'oci.tar')
  expect(await joey('save', '--format', 'oci-archive', '-o', archive, 'team/app:1')).toMatchObject({ code: 0 })
  const seen = execFileSync('skopeo', ['inspect', '--format', '{{.Digest}}', `oci-archive:${archive}`], {
    encoding: 'utf8',
  })
  expect(seen.trim()).toBe(manifest)
  expect(await joey('save', '-o', archive, 'team/app:1')).toMatchObject({ code: 1 })
})

test('several images come back from one archive, each by its name and with its content', async () => {
  const archive = join(folder, 'both.tar')
  await joey('commit', '-c', 'CMD ["echo", "second"]', await sleeper(), 'second:1')
  for (const format of ['docker-archive', 'oci-archive']) {
    expect(await joey('save', '-f', '--format', format, '-o', archive, 'team/app:1', 'second:1')).toMatchObject({
      code: 0,
    })
    expect((await joey('image', 'rm', 'team/app:1', 'second:1')).code).toBe(0)
    const loaded = await joey('load', '-i', archive)
    expect(
      loaded.stdout
        .trim()
        .split('\n')
        .flatMap((line) => line.split(', '))
        .toSorted(),
    ).toEqual(expect.arrayContaining(['second:1', 'team/app:1']))
    expect(await joey('run', '--rm', 'team/app:1', 'cat', '/text'), format).toMatchObject({
      stdout: 'first\n',
      stderr: '',
    })
    expect((await joey('run', '--rm', 'second:1')).stdout).toBe('second\n')
  }
})

test('what was saved with the built-in image comes back beside it', async () => {
  const archive = join(folder, 'all.tar')
  await joey('save', '--format', 'oci-archive', '-o', archive, 'team/app:1', 'busybox')
  await joey('image', 'rm', 'team/app:1')
  const loaded = await joey('load', '-i', archive)
  expect(loaded).toMatchObject({ code: 0, stdout: expect.stringContaining('team/app:1') })
  expect(loaded.stdout).not.toContain('busybox')
  expect(loaded.stderr).toContain('busybox:latest is the built-in image, which was left as it is.')
  expect((await joey('run', '--rm', 'busybox', 'echo', 'still')).stdout).toBe('still\n')
})

test('an archive goes through a pipe byte for byte', async () => {
  const piped = await joey('save', 'busybox')
  expect(piped.code).toBe(0)
  const loaded = await testAgent.joey(['load'], { input: piped.bytes })
  // The name of the built-in image is its own.
  expect(loaded).toMatchObject({ code: 1 })
  expect(loaded.stderr).toContain('busybox:latest')
  expect((await joey('save', '--format', 'oci', 'busybox')).code).toBe(64)
})

async function sleeper(): Promise<string> {
  await testAgent.startSleeper('second')
  return 'second'
}
