import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SandboxSpec } from '#contract/sandbox'
import { run } from './base/process/run.ts'
import { dockerArchive } from './testing/images/image-builder.ts'
import { baseOf, middle } from './testing/images/image-of-parts.ts'
import { type Entry, tarFile } from './testing/images/tar-builder.ts'
import { createTestAgent, type TestAgent } from './testing/test-agent.ts'

const classes = ['container', 'gvisor', 'microvm'] as const
type Class = (typeof classes)[number]
const scratch = mkdtempSync(join(tmpdir(), 'joey-volumes-'))
let agent: TestAgent

/** Of the user 70, with a set-group-id bit, a second name of a file, links, an attribute, a file of holes and a pipe. */
const ofService: Entry[] = [
  { name: 'srv/', type: '5', mode: 0o755 },
  { name: 'srv/db/', type: '5', mode: 0o750, uid: 70, gid: 71 },
  { name: 'srv/db/first', content: 'from the image', mode: 0o640, uid: 70, gid: 70 },
  { name: 'srv/db/second', type: '1', link: 'srv/db/first' },
  { name: 'srv/db/deep/', type: '5', mode: 0o2775, uid: 0, gid: 70 },
  { name: 'srv/db/deep/link', type: '2', link: '../../../etc/passwd' },
  { name: 'srv/db/pipe', type: '6', mode: 0o600, uid: 70, gid: 70 },
  { name: 'srv/db/marked', content: 'x', pax: { 'SCHILY.xattr.user.kind': 'kept' } },
  { name: 'var/', type: '5', mode: 0o755 },
  { name: 'var/db', type: '2', link: '/srv/db' },
  { name: 'tools', content: Buffer.alloc(1_200_000) },
]

beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
  const path = join(scratch, 'image.tar')
  const config = { Volumes: { '/var/db': {}, '/empty/place': {}, '/proc/no': {}, '/mnt': {} } }
  writeFileSync(
    path,
    dockerArchive({ layers: [baseOf('volumes'), middle, tarFile(ofService)], tags: ['team/db:1'], config }),
  )
  await agent.client.importImage({ path })
})
afterAll(async () => {
  await agent.dispose()
  rmSync(scratch, { recursive: true, force: true })
}, 120_000)

const { shell, create, remove } = {
  shell: async (ref: string, script: string) => {
    const { stdout, stderr } = await agent.exec(ref, { argv: ['sh', '-c', script] })
    return `${stdout.toString('utf8')}${stderr.toString('utf8')}`.trim()
  },
  create: (name: string, own: Class, spec: Partial<SandboxSpec>) =>
    agent.client.createSandbox({
      name,
      spec: { image: 'busybox', class: own, command: ['sleep', '100000'], network: 'none', ...spec },
    }),
  remove: (ref: string, volumes = false) => agent.client.removeSandbox({ ref, force: true, volumes }),
}
/** Of a file that was copied from the image, of the one volume that has it. */
async function attributeOf(file: string): Promise<string> {
  const home = join(agent.place.home, 'volumes')
  const [place = ''] = readdirSync(home)
    .map((id) => join(home, id, 'data', file))
    .filter(existsSync)
  return (await run('getfattr', ['--only-values', '-n', 'user.kind', place])).stdout
}
const names = async () => (await agent.client.listVolumes({})).map(({ name }) => name)
const at = (target: string, volume: string | null, more: object = {}) => ({
  volumes: [{ volume, target, readOnly: false, ...more }],
})

describe.each(classes)('a volume in the class %s', (own) => {
  const other = classes[(classes.indexOf(own) + 1) % classes.length] as Class

  test('keeps its files with their owners when its sandbox goes, for sandboxes of other classes', {
    timeout: 240_000,
  }, async () => {
    const volume = `kept-${own}`
    await create(`writer-${own}`, own, at('/data', volume))
    await shell(
      `writer-${own}`,
      'cd /data; umask 027; echo one >file; chown 999:998 file; mkdir folder; chown 5 folder; ln -s file link; echo root >ofroot',
    )
    expect(await shell(`writer-${own}`, 'grep -c " /data " /proc/mounts')).toBe('1')
    await remove(`writer-${own}`)
    await create(`reader-${other}-of-${own}`, other, at('/elsewhere', volume))
    const seen = await shell(
      `reader-${other}-of-${own}`,
      'cd /elsewhere; busybox stat -c "%n %u:%g %a" file folder ofroot; cat link; echo more >>file; busybox stat -c %u .',
    )
    expect(seen.split('\n')).toEqual(['file 999:998 640', 'folder 5:0 750', 'ofroot 0:0 640', 'one', '0'])
    await remove(`reader-${other}-of-${own}`)
  })

  test('gets what the image has at its place, with owners, modes, links and attributes', {
    timeout: 240_000,
  }, async () => {
    await create(`db-${own}`, own, { image: 'team/db:1' })
    const facts = await shell(
      `db-${own}`,
      'cd /srv/db; busybox stat -c "%n %F %u:%g %a %h" . first second deep deep/link; cat second; echo; busybox readlink deep/link',
    )
    expect(facts.split('\n')).toEqual([
      '. directory 70:71 750 3',
      'first regular file 70:70 640 2',
      'second regular file 70:70 640 2',
      'deep directory 0:70 2775 2',
      'deep/link symbolic link 0:0 777 1',
      'from the image',
      '../../../etc/passwd',
    ])
    const sandbox = await agent.client.inspectSandbox({ ref: `db-${own}` })
    expect(sandbox.spec.volumes.map(({ target, own: isOwn }) => ({ target, isOwn }))).toEqual([
      { target: '/var/db', isOwn: true },
      { target: '/empty/place', isOwn: true },
      { target: '/mnt', isOwn: true },
    ])
    const made = sandbox.spec.volumes.map(({ volume }) => volume ?? '')
    expect(await names()).toEqual(expect.arrayContaining(made))
    // A named pipe is what gVisor does not show of a folder of this machine.
    const pipe = own === 'gvisor' ? '' : 'pipe 600'
    expect(await shell(`db-${own}`, 'cd /srv/db; busybox stat -c "%n %a" pipe 2>/dev/null')).toBe(pipe)
    expect(await attributeOf('marked')).toBe('kept')
    await shell(`db-${own}`, 'echo mine >/var/db/first')
    await agent.client.stopSandbox({ ref: `db-${own}`, graceMs: 0 })
    await agent.client.startSandbox({ ref: `db-${own}` })
    expect(await shell(`db-${own}`, 'cat /srv/db/first')).toBe('mine')
    await remove(`db-${own}`, true)
    for (const name of made) expect(await names()).not.toContain(name)
  })

  test('cannot be written to where it is for reading only', { timeout: 120_000 }, async () => {
    await create(`ro-${own}`, own, at('/data', `ro-${own}`, { readOnly: true }))
    expect(await shell(`ro-${own}`, 'echo x >/data/file')).toContain('Read-only file system')
    await remove(`ro-${own}`)
  })
})

test('what a volume holds is not copied over, and nothing is copied where that is refused', async () => {
  await create('first', 'container', at('/srv/db', 'shared-db'))
  await shell('first', 'echo here >/srv/db/mine')
  await create('second', 'container', { image: 'team/db:1', ...at('/var/db', 'shared-db') })
  expect(await shell('second', 'ls /srv/db')).toBe('mine')
  await create('third', 'container', { image: 'team/db:1', ...at('/var/db', 'bare', { copy: false }) })
  expect(await shell('third', 'ls /srv/db')).toBe('')
  // Both see each other, whichever ids of this machine they have.
  await shell('second', 'echo there >/srv/db/theirs; chown 70:70 /srv/db/theirs')
  expect(await shell('first', 'busybox stat -c "%u:%g" /srv/db/theirs')).toBe('70:70')
  for (const ref of ['first', 'second', 'third']) await remove(ref, true)
})

test('a volume is kept as long as a sandbox uses it, which the refusal names', async () => {
  await create('user-of-it', 'container', at('/data', 'locked'))
  await agent.client.stopSandbox({ ref: 'user-of-it', graceMs: 0 })
  await expect(agent.client.removeVolume({ name: 'locked' })).rejects.toMatchObject({
    wire: { code: 'conflict', reason: 'volume-in-use', params: { users: 'user-of-it' } },
  })
  expect(await agent.client.inspectVolume({ name: 'locked' })).toMatchObject({ users: ['user-of-it'] })
  const { removed } = await agent.client.pruneVolumes({ all: true, dryRun: true })
  expect(removed.map(({ name }) => name)).not.toContain('locked')
  await remove('user-of-it', true)
  expect(await names()).toContain('locked')
  await agent.client.removeVolume({ name: 'locked' })
  await expect(agent.client.inspectVolume({ name: 'locked' })).rejects.toMatchObject({
    wire: { reason: 'volume-not-found' },
  })
})

test('volumes of its own go with a sandbox that removes itself, and stay otherwise until they are pruned', async () => {
  const spec = { image: 'team/db:1', command: ['sh', '-c', 'exit 3'] }
  const ended = await agent.client.createSandbox({ name: 'once', spec: { ...spec, removeOnExit: true } })
  await agent.client.waitSandbox({ ref: 'once' })
  const own = (id: string | null | undefined) => async () => (await names()).includes(id ?? '')
  await expect.poll(own(ended.spec.volumes[0]?.volume), { timeout: 30_000 }).toBe(false)
  const stays = await create('stays', 'container', { image: 'team/db:1' })
  await remove('stays')
  const left = stays.spec.volumes.map(({ volume }) => volume ?? '')
  expect(await names()).toEqual(expect.arrayContaining(left))
  const { removed, freedBytes } = await agent.client.pruneVolumes({})
  expect(removed.map(({ name }) => name)).toEqual(expect.arrayContaining(left))
  expect(freedBytes).toBeGreaterThan(0)
  expect((await names()).filter((name) => left.includes(name))).toEqual([])
})

test('a sandbox that cannot be started leaves no volume that was made for it', async () => {
  const spec = { image: 'team/db:1', command: ['/no/such/program'], ...at('/data', 'never-used') }
  await expect(agent.client.createSandbox({ name: 'fails', spec })).rejects.toMatchObject({
    wire: { reason: 'command-not-found' },
  })
  expect((await agent.client.listVolumes({})).filter(({ users }) => users.includes('fails'))).toEqual([])
  expect(await names()).not.toContain('never-used')
})

test('a fork shares what has a name, gets its own of the rest, and is told both', async () => {
  const spec = { image: 'team/db:1', ...at('/data', 'of-both') }
  await create('parent', 'container', spec)
  await shell('parent', 'echo named >/data/a; echo own >/srv/db/b')
  const { messages, sandboxes } = await agent.client.forkSandboxes({ sandbox: 'parent', prefix: 'child' })
  const child = sandboxes[0]?.name ?? ''
  expect(messages).toEqual(
    expect.arrayContaining([
      'The volume "of-both" at /data is shared with the parent.',
      'What the parent has in its own volume at /var/db is not in the fork, which gets a new one.',
    ]),
  )
  expect(await shell(child, 'cat /data/a; ls /srv/db/b')).toMatch(/^named\n.*No such file/)
  expect(await shell(child, 'cat /srv/db/first')).toBe('from the image')
  for (const ref of ['parent', child]) await remove(ref, true)
})

test('after the death of the agent volumes are what they were, and what no record names is gone', async () => {
  await create('lives-on', 'container', at('/data', 'through-death'))
  const home = join(agent.place.home, 'volumes')
  const before = readdirSync(home)
  await agent.murder()
  mkdirSync(join(home, 'ffffffffffff', 'data'), { recursive: true })
  const [half] = before.filter((id) => existsSync(join(home, id, 'data')))
  mkdirSync(join(home, half ?? '', 'data.part'))
  await agent.start()
  expect(readdirSync(home).sort()).toEqual(before.sort())
  expect(readdirSync(join(home, half ?? ''))).toEqual(['data'])
  await shell('lives-on', 'echo after >/data/file')
  await agent.client.stopSandbox({ ref: 'lives-on', graceMs: 0 })
  await agent.client.startSandbox({ ref: 'lives-on' })
  expect(await shell('lives-on', 'cat /data/file')).toBe('after')
  await remove('lives-on')
})

test('the isolation shows a volume that others use, by its name, and nothing of one that is its own disk', async () => {
  const factOf = async () => {
    const { sandboxes } = await agent.client.readIsolation({ ref: 'seen' })
    return sandboxes[0]?.facts.find(({ name }) => name === '/data')
  }
  await create('seen', 'container', at('/data', 'shown'))
  expect(await factOf()).toBeUndefined()
  await create('also', 'container', at('/srv', 'shown'))
  const fact = await factOf()
  expect(fact).toMatchObject({ topic: 'mounts', weaker: false })
  expect(fact?.value).toContain('volume:shown')
  for (const ref of ['seen', 'also']) await remove(ref)
})
