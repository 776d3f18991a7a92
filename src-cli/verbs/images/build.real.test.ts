import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'
import { openTestRegistry } from '../../testing/test-registry.ts'

const agent = shareTestAgent()
const long = 240_000
let folder: string

beforeAll(async () => {
  folder = join(agent.home, 'project')
  await mkdir(join(folder, 'src'), { recursive: true })
  await writeFile(join(folder, 'src/app.txt'), 'content\n')
  await writeFile(join(folder, 'notes.md'), 'mine\n')
  await writeFile(join(folder, '.dockerignore'), '*.md\n')
  await writeFile(join(agent.home, 'outside'), 'not of the folder\n')
  await symlink('../outside', join(folder, 'out'))
})

const build = (dockerfile: string, ...args: readonly string[]) =>
  agent.joey(['build', '-f', '-', ...args, folder], { input: dockerfile, deadlineMs: long })

const stages = `
ARG FROM=busybox
FROM $FROM AS make
ARG LEVEL=1
COPY src /src
RUN --mount=type=secret,id=key tr a-z A-Z < /src/app.txt > /made && echo "$LEVEL" >> /made && cat /run/secrets/key
FROM busybox AS unused
RUN exit 77
FROM busybox
COPY --from=make /made /made
COPY . /all/
ENV GREETING=hello
USER 1000:1000
HEALTHCHECK --interval=7s CMD test -e /made
CMD ["sh", "-c", "cat /made; echo $GREETING; id -u; ls /all"]
`

describe('joey build', () => {
  test(
    'what is no instruction is named, and a text of further lines is taken whole or refused by name',
    async () => {
      const typo = await build('FROM busybox\nRUNN true', '-t', 'team/typo')
      expect(typo).toMatchObject({ code: 1, stdout: '' })
      expect(typo.stderr).toMatch(/^joey: The Dockerfile has a line that begins with RUNN, which is no instruction\./)
      const text = await build('FROM busybox\nRUN <<EOF\nRUN false\nEOF', '-t', 'team/text')
      // The machine's buildah decides; what it cannot is not done by halves.
      expect(text.code).toBe(1)
      expect(text.stderr).toMatch(/^joey: .*RUN <<EOF|failed: its command ended with/m)
      expect((await agent.joey(['images'])).stdout).not.toMatch(/team\/(typo|text)/)
    },
    long,
  )

  test(
    'runs stages, and what was not changed is not run again',
    async () => {
      await writeFile(join(agent.home, 'key'), 'opens\n')
      const options = ['--build-arg', 'LEVEL=2', '--secret', `id=key,src=${join(agent.home, 'key')}`]
      const first = await build(stages, '-t', 'team/app:1', '-t', 'team/app:other', ...options)
      expect(first, first.stderr).toMatchObject({ code: 0, stdout: 'team/app:1\n' })
      expect(first.stderr).toContain('opens')
      expect(await agent.joey(['run', '--rm', 'team/app:1'])).toMatchObject({
        code: 0,
        stdout: 'CONTENT\n2\nhello\n1000\nout\nsrc\n',
      })
      const { stdout: shown } = await agent.joey(['image', 'inspect', 'team/app:1'])
      expect(shown).toContain('test -e /made')
      expect((await agent.joey(['history', 'team/app:1'])).stdout).toContain('HEALTHCHECK')
      const second = await build(stages, '-t', 'team/app:2', ...options)
      expect(second, second.stderr).toMatchObject({ code: 0 })
      expect(second.stderr).toContain('Using cache')
      expect(second.stderr).not.toContain('opens')
      const digests = await Promise.all(
        ['1', '2', 'other'].map(async (tag) => {
          const { stdout } = await agent.joey(['image', 'inspect', `team/app:${tag}`])
          return /sha256:[a-f0-9]{64}/.exec(stdout)?.[0]
        }),
      )
      expect(new Set(digests).size).toBe(1)
      const next = await build('FROM team/app:1\nRUN cat /made', '-q')
      expect(next).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sha256:[a-f0-9]{64}\n$/), stderr: '' })
      expect((await agent.joey(['ls'])).stdout).not.toContain('builder-container')
    },
    long,
  )

  test(
    'begins with what only a registry has, and what it makes is pushed and comes back as the same',
    async () => {
      const registry = await openTestRegistry()
      try {
        await registry.pushBusybox(agent, 'team/base:1', 'theirs')
        const name = `${registry.host}/team/built:1`
        const built = await build(`FROM ${registry.host}/team/base:1\nRUN cat /text > /ours`, '-t', name)
        expect(built, built.stderr).toMatchObject({ code: 0, stdout: `${name}\n` })
        expect(built.stderr).toContain(`Fetching ${registry.host}/team/base:1 from its registry.`)
        const before = (await agent.joey(['image', 'inspect', name])).stdout
        expect(await agent.joey(['push', name])).toMatchObject({ code: 0 })
        expect(await agent.joey(['image', 'rm', name])).toMatchObject({ code: 0 })
        expect(await agent.joey(['pull', '-q', name])).toMatchObject({ code: 0 })
        const digestOf = (text: string) => /"digest": "(sha256:[a-f0-9]{64})"/.exec(text)?.[1]
        expect(digestOf((await agent.joey(['image', 'inspect', name])).stdout)).toBe(digestOf(before))
        expect(await agent.joey(['run', '--rm', name, 'cat', '/ours'])).toMatchObject({ stdout: 'theirs\n' })
        const how = ['--tls-verify=false', '--format', '{{.Architecture}}', `docker://${name}`]
        expect(execFileSync('skopeo', ['inspect', ...how], { encoding: 'utf8' }).trim()).toMatch(/^(amd64|arm64)$/)
      } finally {
        await registry.close()
      }
    },
    long,
  )

  test(
    'says which step failed and with what, and keeps nothing of it',
    async () => {
      const failed = await build('FROM busybox\nRUN echo before; exit 9', '-t', 'team/none')
      expect(failed).toMatchObject({ code: 1, stdout: '' })
      expect(failed.stderr).toContain('The step "RUN echo before; exit 9" failed: its command ended with 9.')
      expect((await agent.joey(['image', 'ls'])).stdout).not.toContain('team/none')
    },
    long,
  )

  test.each([
    ['a path that leads out of the folder', 'COPY ../outside /x'],
    ['a link that leads out of it', 'COPY out /x'],
  ])(
    'gives a step nothing by %s',
    async (_rule, line) => {
      const refused = await build(`FROM busybox\n${line}`)
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain(`The build failed at "${line}"`)
    },
    long,
  )

  test(
    'makes what buildah makes of the same folder, and shows no name but those that were given',
    async () => {
      const plain =
        'FROM scratch AS one\nCOPY src /src\nFROM scratch\nCOPY --from=one /src /in\nADD src/app.txt /added\nLABEL a=b\nENV A=1\nUSER 7:8\nEXPOSE 80\nCMD ["/x"]'
      const made = await build(plain, '-t', 'team/same:1', '-t', 'team/other:2')
      expect(made, made.stderr).toMatchObject({ code: 0 })
      expect(made.stdout + made.stderr).not.toMatch(/joey-(result|base)/)
      const own = mkdtempSync(join(tmpdir(), 'joey-buildah-'))
      const mine = join(own, 'mine')
      await agent.json(['save', '--format', 'oci', '-o', mine, 'team/other:2'])
      const theirs = join(own, 'theirs')
      const store = ['--root', join(own, 'store'), '--runroot', join(own, 'run'), '--storage-driver', 'vfs']
      await writeFile(join(own, 'Same'), plain)
      const how = [
        '--isolation',
        'chroot',
        '--layers',
        '--format',
        'docker',
        '--tag',
        'same',
        '--file',
        join(own, 'Same'),
      ]
      execFileSync('buildah', [...store, 'build', ...how, folder], { stdio: 'ignore' })
      execFileSync('buildah', [...store, 'push', '--format', 'v2s2', 'same', `dir:${theirs}`], { stdio: 'ignore' })
      const blobs = join(mine, 'blobs/sha256')
      const { manifests } = readJson(join(mine, 'index.json')) as { manifests: { digest: string }[] }
      const [first] = manifests
      expect(contentOf(blobs, hexOf(first?.digest ?? ''))).toEqual(contentOf(theirs, 'manifest.json'))
      rmSync(own, { recursive: true })
    },
    long,
  )

  test(
    'that is given up leaves no process and no folder, and the next one runs',
    async () => {
      await writeFile(join(folder, 'waits.Dockerfile'), 'FROM busybox\nRUN echo it waits; sleep 5000')
      const waiting = agent.start(['build', folder, '-f', join(folder, 'waits.Dockerfile')])
      let shown = ''
      await new Promise<void>((resolve, reject) => {
        waiting.stderr?.on('data', (chunk: Buffer) => {
          shown += chunk.toString('utf8')
          if (shown.includes('\nit waits')) resolve()
        })
        waiting.on('exit', () => reject(new Error(shown)))
      })
      waiting.kill('SIGINT')
      expect((await agent.joey(['wait', 'builder-container'], { deadlineMs: long })).code).not.toBe(1)
      const after = await build('FROM busybox\nRUN echo again')
      expect(after, after.stderr).toMatchObject({ code: 0 })
      expect(await readdir(join(agent.home, 'images/staging'))).toEqual([])
    },
    long,
  )

  test('says what is wrong before anything is started', async () => {
    expect((await build('RUN true')).stderr).toContain('The Dockerfile has no FROM')
    expect((await build('FROM busybox', '-t', 'busybox')).stderr).toContain('is that of the built-in image')
    expect((await agent.joey(['build', join(folder, 'none')])).stderr).toContain('There is nothing at')
    expect((await agent.joey(['build', join(folder, 'src')])).stderr).toContain('There is no Dockerfile in')
  })
})

interface Config {
  readonly config: Readonly<Record<string, unknown>>
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
const hexOf = (digest: string) => digest.slice('sha256:'.length)

/** What an image says of itself, and what is in each of its layers, without what is another each time. */
function contentOf(blobs: string, manifestName: string): unknown {
  type Described = { readonly digest: string }
  const manifest = readJson(join(blobs, manifestName)) as { config: Described; layers: readonly Described[] }
  const { config } = readJson(join(blobs, hexOf(manifest.config.digest))) as Config
  const list = ['--list', '--verbose', '--numeric-owner', '--full-time', '--file']
  const layers = manifest.layers.map(({ digest }) =>
    execFileSync('tar', [...list, join(blobs, hexOf(digest))], { encoding: 'utf8' }).replaceAll(
      / \d{4}-\d\d-\d\d \S+ /g,
      ' ',
    ),
  )
  return { config: { ...config, Hostname: '' }, layers }
}
