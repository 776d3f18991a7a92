import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { usualShmBytes } from '#contract/words'
import type { LaunchPlan } from '../driver.ts'
import { resolveGrants } from './grants.ts'
import { gvisorFlavour } from './gvisor/gvisor-flavour.ts'
import { buildRuntimeConfig, type HostTraits, insidePath } from './runtime-config.ts'
import { levelFile } from './selinux-labels.ts'

const filterOf = (names: readonly string[]) => ({
  ...{ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 38, architectures: [] },
  syscalls: [{ names, action: 'SCMP_ACT_ALLOW' }],
})
const host: HostTraits = {
  seccomp: (capabilities) => filterOf([...capabilities]),
  maxOpenFiles: 1024,
  limitsSwap: false,
  cpus: 2,
  cgroupParent: '/joey/test',
  outside: null,
  inside: '/resources/joey-inside',
  statFlags: { library: '/resources/stat-flags.so', preload: '/resources/ld.so.preload' },
}

function planWith(more: Partial<LaunchPlan> = {}): LaunchPlan {
  const own = '/state/s'
  return {
    id: 'aaaa0000bbbb',
    hostname: 'test',
    paths: { folder: own, upper: own, work: own, disk: own, log: own, run: own },
    lowers: [],
    lowerFiles: [],
    process: { argv: ['true'], env: [], cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: false },
    stdin: false,
    limits: { memoryBytes: null, cpus: null, pids: null },
    mounts: [],
    diskBytes: null,
    readOnlyRoot: false,
    dropped: [],
    tmpfs: [],
    shmBytes: usualShmBytes,
    sysctls: {},
    users: null,
    netns: null,
    address: null,
    hostNetwork: false,
    grants: [],
    nameservers: null,
    ...more,
  }
}

// oxlint-disable-next-line typescript/no-explicit-any -- a test looks at any part
const container = (more: Partial<LaunchPlan> = {}, traits = host): any => {
  const plan = planWith(more)
  return buildRuntimeConfig(plan, traits, '/rootfs', resolveGrants(plan))
}

const engine = async () => ({ code: 0, stdout: '', stderr: '' })
const setup = { version: '1', platform: 'systrap', options: ['--overlay2=none'], hidesNetSettings: true }
const flavour = gvisorFlavour({ engine, host, runtimeRoot: '/run' }, setup)
// oxlint-disable-next-line typescript/no-explicit-any -- a test looks at any part
const gvisor = (more: Partial<LaunchPlan> = {}): any => {
  const plan = planWith(more)
  return flavour.config(plan, host, '/rootfs', resolveGrants(plan))
}

test('a granted capability is held, and the filter of system calls is made for it', () => {
  const config = container({ grants: [{ kind: 'cap', name: 'SYS_ADMIN' }] })
  for (const set of ['bounding', 'effective', 'permitted']) {
    expect(config.process.capabilities[set], set).toContain('CAP_SYS_ADMIN')
  }
  expect(config.process.capabilities.ambient).toEqual([])
  expect(config.linux.seccomp.syscalls[0].names).toContain('CAP_SYS_ADMIN')
  expect(container({ grants: [{ kind: 'no-seccomp' }] }).linux.seccomp).toBeUndefined()
})

test('what the kernel has only so many of is bounded, and the guest is the first to go when memory runs out', () => {
  const { process, mounts } = container()
  expect(mounts).toContainEqual(
    expect.objectContaining({ destination: '/dev/pts', options: expect.arrayContaining(['newinstance', 'max=1024']) }),
  )
  for (const { rlimits, oomScoreAdj } of [process, gvisor().process]) {
    expect(rlimits).toContainEqual({ type: 'RLIMIT_CORE', soft: 0, hard: 0 })
    expect(oomScoreAdj).toBe(500)
  }
})

test('a container runs by the profile of AppArmor where that is loaded, but with the grant that is for mounting', () => {
  const process = (more: Partial<LaunchPlan> = {}, apparmor: string | null = 'joey-default') => {
    const plan = planWith(more)
    return buildRuntimeConfig(plan, { ...host, apparmor }, '/rootfs', resolveGrants(plan))['process']
  }
  expect(process()).toHaveProperty('apparmorProfile', 'joey-default')
  expect(process({ grants: [{ kind: 'cap', name: 'NET_ADMIN' }] })).toHaveProperty('apparmorProfile')
  expect(process({ grants: [{ kind: 'cap', name: 'SYS_ADMIN' }] })).not.toHaveProperty('apparmorProfile')
  expect(process({}, null)).not.toHaveProperty('apparmorProfile')
})

test('a container has the labels of SELinux where a level was chosen for its run', () => {
  const run = mkdtempSync(join(tmpdir(), 'joey-config-'))
  const paths = { ...planWith().paths, run }
  const selinux = { process: 'u:r:container_t', file: 'u:o:container_file_t' }
  const config = () =>
    buildRuntimeConfig(planWith({ paths }), { ...host, selinux }, '/rootfs', resolveGrants(planWith()))
  expect(config()).not.toHaveProperty('process.selinuxLabel')
  expect(config()).not.toHaveProperty('linux.mountLabel')
  writeFileSync(join(run, levelFile), 's0:c1,c2')
  expect(config()).toHaveProperty('process.selinuxLabel', 'u:r:container_t:s0:c1,c2')
  expect(config()).toHaveProperty('linux.mountLabel', 'u:o:container_file_t:s0:c1,c2')
  rmSync(run, { recursive: true })
})

test("with the host's network there is no namespace of its own, and none of the host's settings is touched", () => {
  const types = (config: { linux: { namespaces: { type: string }[] } }) =>
    config.linux.namespaces.map(({ type }) => type)
  expect(types(container())).toContain('network')
  expect(container().linux.sysctl).toBeDefined()
  const shared = container({ hostNetwork: true })
  expect(types(shared)).not.toContain('network')
  expect(shared.linux.sysctl).toBeUndefined()
})

test('the probe is mounted read-only where there is one', () => {
  const mount = { destination: insidePath, source: '/resources/joey-inside' }
  expect(container().mounts).toContainEqual(expect.objectContaining(mount))
  const [bind, ...others] = flavour.readOnlyBinds(planWith(), { ...host, statFlags: null })
  expect([bind?.source, others]).toEqual(['/resources/joey-inside', []])
  expect(gvisor().mounts).toContainEqual(expect.objectContaining({ destination: insidePath, source: bind?.place }))
  expect(JSON.stringify(container({}, { ...host, inside: null }))).not.toContain(insidePath)
})

test('programs in gVisor load what leaves out the flag that it refuses, and programs in a container do not', () => {
  const mounts = gvisor().mounts as { destination: string; options: string[] }[]
  const preload = mounts.find(({ destination }) => destination === '/etc/ld.so.preload')
  expect(preload?.options).toContain('ro')
  expect(mounts.map(({ destination }) => destination)).toContain('/dev/.joey/stat-flags.so')
  expect(JSON.stringify(container())).not.toContain('ld.so.preload')
})

test('no engine is given the name of a source, which may lead elsewhere by then', () => {
  const mount = (name: string, readOnly: boolean) => {
    const place = `/state/s/mounts/${name}`
    const held = { path: '/proc/1/fd/3', isFolder: true, uid: 0, gid: 0 }
    return { kind: 'bind' as const, source: `/srv/${name}`, target: `/${name}`, readOnly, place, held }
  }
  const more = { mounts: [mount('open', false), mount('closed', true)] }
  for (const config of [gvisor(more), container(more)]) {
    expect(JSON.stringify(config)).not.toContain('/srv/')
    const places = more.mounts.map(({ place }) => expect.objectContaining({ source: place }))
    expect(config.mounts).toEqual(expect.arrayContaining(places))
    expect(JSON.stringify(config)).not.toContain('rbind')
  }
  expect(flavour.readOnlyBinds(planWith(more), host).map(({ source }) => source)).toEqual([
    '/resources/joey-inside',
    '/resources/stat-flags.so',
    '/resources/ld.so.preload',
  ])
})

test('gVisor gets what it knows, and room for tasks of its own', () => {
  const config = gvisor({ limits: { memoryBytes: null, cpus: null, pids: 20 } })
  expect(Object.keys(config.linux).sort()).toEqual(['cgroupsPath', 'namespaces', 'resources'])
  expect(config.linux.resources.pids.limit).toBeGreaterThanOrEqual(256)
  expect(config.mounts.map(({ type }: { type: string }) => type)).not.toContain('cgroup')
})

test.each([
  ['none without a network', {}, '--network=none', false],
  ['its own stack on a network', { netns: '/run/netns' }, '--network=sandbox', true],
  ["the host's stack only where that is granted", { hostNetwork: true }, '--network=host', false],
])('gVisor has %s', (_what, more, option, hidesNetSettings) => {
  expect(flavour.launch(planWith(more))).toEqual({ options: [option], hidesNetSettings })
})

test('what gVisor cannot give is refused beforehand', () => {
  expect(() => gvisor({ grants: [{ kind: 'device', path: '/dev/null' }] })).toThrow(/passes on no device/)
  expect(() => gvisor({ limits: { memoryBytes: 12 * 2 ** 20, cpus: null, pids: null } })).toThrow(/at least 24 MiB/)
})
