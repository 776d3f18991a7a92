import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Image } from '#contract/image'
import { shareTestAgent } from '../../testing/shared-agent.ts'
import { openTestRegistry } from '../../testing/test-registry.ts'

const testAgent = shareTestAgent()
const folder = mkdtempSync(join(tmpdir(), 'joey-commit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const joey = (...args: string[]) => testAgent.joey(args)

test('a sandbox becomes an image with other words, which loads from a file and from a pipe, and loses its names', async () => {
  await testAgent.startSleeper('box', '-e', 'A=1')
  await joey('exec', 'box', 'sh', '-c', 'echo written >/mine')
  const made = await joey(
    'commit',
    '-c',
    'CMD ["cat", "/mine"]',
    '-c',
    'ENV B=2',
    '-c',
    'LABEL x=y',
    'box',
    'team/box:1',
  )
  expect(made).toMatchObject({ code: 0 })
  const digest = made.stdout.trim()
  expect((await joey('run', '--rm', 'team/box:1')).stdout).toBe('written\n')
  const images = await testAgent.json<Image[]>(['image', 'ls', '--filter', 'name=team/*'])
  expect(images).toMatchObject([{ digest, config: { labels: { x: 'y' } } }])
  expect(images[0]?.config.env).toEqual(expect.arrayContaining(['A=1', 'B=2']))
  expect((await joey('run', '--rm', 'team/box:1', 'sh', '-c', 'echo $A $B')).stdout).toBe('1 2\n')

  expect(await joey('untag', 'team/box:1')).toMatchObject({ code: 0, stdout: 'team/box:1\n' })
  expect(await joey('untag', 'busybox')).toMatchObject({ code: 1 })
  expect(await joey('untag', digest.slice(7, 19))).toMatchObject({ code: 1 })
  expect((await joey('image', 'ls', '--filter', 'dangling=true', '-q')).stdout).toBe(`${digest}\n`)

  const file = join(folder, 'box.tar')
  await joey('export', 'box', '--format', 'docker', '--name', 'loaded:1', '-o', file)
  expect(await joey('load', '-i', file)).toMatchObject({ code: 0, stdout: 'loaded:1\n' })
  await joey('untag', 'loaded:1')
  const piped = await testAgent.joey(['load'], { input: readFileSync(file) })
  expect(piped).toMatchObject({ code: 0, stdout: 'loaded:1\n' })
})

interface Said {
  readonly config: Readonly<Record<string, unknown>>
  readonly rootfs: { readonly diff_ids: readonly string[] }
  readonly history: readonly { readonly created_by: string }[]
}

/** What another tool reads of an image. */
const inspect = (...args: string[]) =>
  JSON.parse(execFileSync('skopeo', ['inspect', ...args], { encoding: 'utf8' })) as unknown
const layersOf = (place: string, ...args: string[]) =>
  (inspect('--raw', ...args, place) as { layers: { digest: string }[] }).layers.map(({ digest }) => digest)

describe('an image of a registry', () => {
  test('keeps its layers in what is committed, which has one more, goes to the registry and comes back', async () => {
    const registry = await openTestRegistry()
    const plain = ['--tls-verify=false']
    try {
      await registry.pushBusybox(testAgent, 'team/base:1', 'base')
      const base = `${registry.host}/team/base:1`
      const own = `${registry.host}/team/own:1`
      await joey('run', '-d', '--name', 'own', base, 'sleep', '1000')
      await joey('exec', 'own', 'sh', '-c', 'echo mine >/mine; rm /text')
      const said = ['EXPOSE 80 53/udp', 'VOLUME ["/data"]', 'CMD cat /mine', 'USER 0', 'WORKDIR /tmp', 'ENTRYPOINT []']
      const changes = said.flatMap((each) => ['-c', each])
      expect(await joey('commit', ...changes, 'own', own)).toMatchObject({ code: 0 })
      expect(await joey('push', own)).toMatchObject({ code: 0 })
      const below = layersOf(`docker://${base}`, ...plain)
      const all = layersOf(`docker://${own}`, ...plain)
      expect(all.slice(0, -1)).toEqual(below)
      const before = inspect('--config', ...plain, `docker://${base}`) as Said
      const after = inspect('--config', ...plain, `docker://${own}`) as Said
      expect(after.rootfs.diff_ids.slice(0, -1)).toEqual(before.rootfs.diff_ids)
      expect(after.history.slice(0, -1)).toEqual(before.history)
      expect(after.config).toMatchObject({
        ...{ ExposedPorts: { '80/tcp': {}, '53/udp': {} }, Volumes: { '/data': {} } },
        ...{ User: '0', WorkingDir: '/tmp', Cmd: ['/bin/sh', '-c', 'cat /mine'] },
      })
      expect((await joey('run', '--rm', own, 'sh', '-c', 'cat /mine; test -e /text || echo gone')).stdout).toBe(
        'mine\ngone\n',
      )

      // Through an archive of Docker's: the same layers and the same history, and it can go to the registry again.
      const archive = join(folder, 'own.tar')
      expect(await joey('save', '-o', archive, own)).toMatchObject({ code: 0 })
      expect(inspect('--config', `docker-archive:${archive}`)).toEqual(after)
      await joey('rm', '-f', 'own')
      await joey('image', 'rm', own)
      expect(await joey('load', '-i', archive)).toMatchObject({ code: 0, stdout: `${own}\n` })
      const steps = await testAgent.json<{ createdBy: string }[]>(['history', own])
      expect(steps.map(({ createdBy }) => createdBy)).toEqual(after.history.map((step) => step.created_by).toReversed())
      await joey('tag', own, `${registry.host}/team/again:1`)
      expect(await joey('push', `${registry.host}/team/again:1`)).toMatchObject({ code: 0 })
      const again = inspect('--config', ...plain, `docker://${registry.host}/team/again:1`) as Said
      expect(again.rootfs).toEqual(after.rootfs)

      // Through an archive of the OCI's every digest is the same.
      const kept = join(folder, 'kept.tar')
      await joey('pull', base)
      await joey('save', '--format', 'oci-archive', '-o', kept, base)
      await joey('image', 'rm', base)
      expect(await joey('load', '-i', kept)).toMatchObject({ code: 0 })
      await joey('tag', base, `${registry.host}/team/same:1`)
      expect(await joey('push', `${registry.host}/team/same:1`)).toMatchObject({ code: 0 })
      const digest = (name: string) =>
        (inspect(...plain, `docker://${registry.host}/${name}`) as { Digest: string }).Digest
      expect(digest('team/same:1')).toBe(digest('team/base:1'))
    } finally {
      await registry.close()
    }
  }, 300_000)
})
