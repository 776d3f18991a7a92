import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { parseGrant } from '#contract/parse-grant'
import { listProcesses } from '../base/kernel/cgroup-files.ts'
import { nobodysIds } from '../base/kernel/id-ranges.ts'
import { run } from '../base/process/run.ts'
import { type AgentFixture, openAgentFixture } from '../testing/agent-fixture.ts'

let fixture: AgentFixture
let folder: string
beforeAll(async () => {
  fixture = await openAgentFixture()
  folder = mkdtempSync(join(tmpdir(), 'joey-ids-'))
})
afterAll(async () => {
  await fixture.close()
  rmSync(folder, { recursive: true, force: true })
})
afterEach(async () => {
  const { sandboxes } = fixture.services()
  await Promise.all(sandboxes.list(true).map(({ id }) => sandboxes.remove(id, true)))
})

const signal = () => AbortSignal.timeout(60_000)
const firstIdOf = (pid: number | null): number =>
  Number(readFileSync(`/proc/${pid}/uid_map`, 'utf8').trim().split(/\s+/)[1])
const notices = () => fixture.seen.flatMap((fact) => (fact.type === 'notice' ? [fact.message] : []))
const shared = (name: string, owner: number) => {
  const source = join(folder, name)
  mkdirSync(source)
  chownSync(source, owner, owner)
  return { mounts: [{ kind: 'bind' as const, source, target: '/work', readOnly: false }], source }
}

test('root inside is nobody here, and each sandbox has ids of its own, with a network and without', async () => {
  const made = [
    await fixture.create('one'),
    await fixture.create('two'),
    await fixture.create('alone', { network: 'none' }),
  ]
  const firsts = made.map(({ pid }) => firstIdOf(pid))
  expect(new Set(firsts).size).toBe(3)
  for (const [index, { pid }] of made.entries()) {
    expect(firsts[index]).toBeGreaterThan(nobodysIds)
    expect(statSync(`/proc/${pid}`).uid).toBe(firsts[index])
  }
  expect((await fixture.exec('one', 'id -u; mknod /tmp/disk b 8 0')).stdout).toBe('0\n')
})

test('what is written inside is on the disk with the ids of the guest, for a restart and for another class', async () => {
  const { id } = await fixture.create('writer')
  await fixture.exec('writer', 'echo a >/mine; echo b >/theirs; chown 33:44 /theirs; rm /etc/passwd')
  const { folder: state, sandboxes } = fixture.services()
  await sandboxes.stop('writer', { graceMs: 0 })
  const { upper } = state.sandbox(id)
  const ids = ['mine', 'theirs', 'etc/passwd'].map((name) => {
    const { uid, gid } = statSync(join(upper, name))
    return [uid, gid]
  })
  expect(ids).toEqual([
    [0, 0],
    [33, 44],
    [0, 0],
  ])
  await sandboxes.start('writer', signal())
  expect((await fixture.exec('writer', 'stat -c %u:%g /mine /theirs; ls /etc/passwd')).stdout).toBe('0:0\n33:44\n')
})

test('what is written to a mounted folder belongs to the owner of the folder, whoever the program runs as', async () => {
  for (const user of [null, '1000:1000']) {
    const { mounts, source } = shared(`of-${user ?? 'root'}`, 4321)
    const name = user === null ? 'as-root' : 'as-user'
    await fixture.create(name, {
      mounts,
      ...(user !== null && { user }),
      command: ['sh', '-c', 'echo x >/work/made; sleep 1000'],
    })
    const { stdout } = await fixture.exec(name, 'until [ -e /work/made ]; do :; done; stat -c %u:%g /work /work/made')
    const own = user ?? '0:0'
    expect(stdout).toBe(`${own}\n${own}\n`)
    const { uid, gid } = statSync(join(source, 'made'))
    expect([uid, gid]).toEqual([4321, 4321])
  }
})

test('nobody inside makes a file of root, nor of another group, in the folder of somebody else', async () => {
  const { mounts, source } = shared('strange', 4321)
  chmodSync(source, 0o777)
  await fixture.create('strange', { mounts })
  await fixture.exec('strange', 'for each in 4321 33 0; do echo x >/work/$each; chown $each:$each /work/$each; done')
  const idsOf = (name: string) => [statSync(join(source, name)).uid, statSync(join(source, name)).gid]
  expect(idsOf('0')).toEqual([4321, 4321])
  expect(idsOf('33')).toEqual([33, nobodysIds + 33])
  expect(idsOf('4321')).toEqual([nobodysIds + 4321, nobodysIds + 4321])
})

test('a grant that means nothing to another root brings the ids of this machine, and a notice says so', async () => {
  const plain = await fixture.create('clock', { grants: [parseGrant('cap:SYS_TIME')] })
  expect(firstIdOf(plain.pid)).toBe(0)
  expect(notices()).toContain(
    'Root in "clock" is root of this machine: the grant cap:SYS_TIME means nothing to any other root.',
  )
  const own = await fixture.create('net', { grants: [parseGrant('cap:NET_ADMIN')] })
  expect(firstIdOf(own.pid)).toBeGreaterThan(0)
  expect((await fixture.exec('net', 'ip link set dev eth0 mtu 1400 && cat /sys/class/net/eth0/mtu')).stdout).toBe(
    '1400\n',
  )
})

test('after the death of the agent a sandbox keeps its ids, and nobody else gets them', async () => {
  const before = await fixture.create('survivor', { network: 'none' })
  const first = firstIdOf(before.pid)
  await fixture.lose()
  expect(fixture.services().records.get(before.id)?.firstId).toBe(first)
  const others = [await fixture.create('later', { network: 'none' }), await fixture.create('latest')]
  for (const { pid } of others) expect(firstIdOf(pid)).not.toBe(first)
  expect((await fixture.exec('survivor', 'echo said >/dev/stderr; id -u')).stdout).toBe('0\n')
})

/** What /proc tells of a sandbox's programs of that name, and the first of their ids. */
async function readServers(id: string, program: string): Promise<readonly string[]> {
  const pids = await listProcesses(`/joey/${fixture.services().folder.tag}/${id}`)
  const isServer = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`${program}\0`)
  return pids.filter(isServer).map((pid) => `${readFileSync(`/proc/${pid}/status`, 'utf8')}${firstIdOf(pid)}`)
}
const virtiofsd = '/usr/lib/qemu/virtiofsd'
const gofer = 'runsc-gofer'

test('what opens the files of a gVisor sandbox is root of no machine, and what it writes is the owner’s', async () => {
  const { mounts, source } = shared('of-gvisor', 4321)
  chmodSync(source, 0o700)
  const { id } = await fixture.create('sentry', { class: 'gvisor', mounts })
  const servers = await readServers(id, gofer)
  expect(servers).toHaveLength(1)
  const first = Number(/(\d+)$/.exec(servers[0] ?? '')?.[1])
  expect(first).toBeGreaterThan(nobodysIds)
  expect(servers[0]).toMatch(new RegExp(`^Uid:\\t${first}\\t${first}\\t${first}\\t${first}$`, 'm'))
  await fixture.exec('sentry', 'echo x >/work/made; echo x >/mine; echo x >/33; chown 33:33 /33')
  expect([statSync(join(source, 'made')).uid, statSync(join(source, 'made')).gid]).toEqual([4321, 4321])
  await fixture.services().sandboxes.stop('sentry', { graceMs: 0 })
  const { upper } = fixture.services().folder.sandbox(id)
  const owners = ['mine', '33'].map((name) => statSync(join(upper, name)).uid)
  expect(owners).toEqual([0, 33])
})

test.each([
  [
    'a read-only root',
    { readOnlyRoot: true },
    'What serves the files of "plain" is root of this machine: gVisor cannot make its root read-only otherwise.',
  ],
  [
    'the network of this machine',
    { grants: [parseGrant('host-network')] },
    'What serves the files of "plain" is root of this machine: the grant host-network means nothing to any other root.',
  ],
])('with %s what opens the files of a gVisor sandbox is root, and a notice says so', async (_what, more, said) => {
  const { id } = await fixture.create('plain', { class: 'gvisor', ...more })
  expect(await readServers(id, gofer)).toEqual([expect.stringMatching(/^Uid:\t0\t0/m)])
  expect(notices()).toContain(said)
})

test('what serves the mounts of a micro-VM is root of no machine, and what it writes is the owner’s', async () => {
  const { mounts, source } = shared('of-machine', 4321)
  chmodSync(source, 0o700)
  const { id } = await fixture.create('machine', { class: 'microvm', mounts })
  const servers = await readServers(id, virtiofsd)
  expect(servers).toHaveLength(1)
  for (const status of servers) {
    const first = Number(/(\d+)$/.exec(status)?.[1])
    expect(first).toBeGreaterThan(nobodysIds)
    expect(status).toMatch(new RegExp(`^Uid:\\t${first}\\t${first}\\t${first}\\t${first}$`, 'm'))
    expect(status).toMatch(/^CapBnd:\t0{16}$/m)
    // CHOWN, DAC_OVERRIDE, FOWNER, FSETID, SETGID, SETUID
    expect(status).toMatch(/^CapPrm:\t00000000000000db$/m)
  }
  const script = 'echo x >/work/made; echo x >/work/33; chown 33:33 /work/33; echo x >/work/4321; chown 4321 /work/4321'
  await fixture.exec('machine', script)
  const idsOf = (name: string) => [statSync(join(source, name)).uid, statSync(join(source, name)).gid]
  expect(idsOf('made')).toEqual([4321, 4321])
  expect(idsOf('33')).toEqual([33, nobodysIds + 33])
  expect(idsOf('4321')).toEqual([nobodysIds + 4321, 4321])
  expect((await fixture.exec('machine', 'stat -c %u:%g /work /work/33')).stdout).toBe('0:0\n33:33\n')
})

test('a folder whose file system cannot map ids is served to a micro-VM by root, and a notice says so', async () => {
  const names = ['lower', 'upper', 'work', 'merged'].map((name) => join(folder, 'stacked', name))
  const [lower, upper, work, merged] = names as [string, string, string, string]
  for (const name of names) mkdirSync(name, { recursive: true })
  await run('mount', ['-t', 'overlay', '-o', `lowerdir=${lower},upperdir=${upper},workdir=${work}`, 'joey', merged])
  try {
    const mounts = [{ kind: 'bind' as const, source: merged, target: '/work', readOnly: false }]
    const { id } = await fixture.create('stacked', { class: 'microvm', mounts })
    expect((await fixture.exec('stacked', 'echo x >/work/made && cat /work/made')).stdout).toBe('x\n')
    expect(notices()).toContain(
      `What serves the mounts of "stacked" is root of this machine: the file system of ${merged} cannot map ids.`,
    )
    expect(await readServers(id, virtiofsd)).toEqual([expect.stringMatching(/^Uid:\t0\t0/m)])
    expect(fixture.services().records.get(id)?.firstId).toBeNull()
    await fixture.services().sandboxes.remove('stacked', true)
  } finally {
    await run('umount', [merged])
  }
})
