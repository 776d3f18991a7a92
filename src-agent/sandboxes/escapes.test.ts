import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import { Grant, IsolationClass, SandboxSpec } from '#contract/sandbox'
import { fixedRules, type HostRules } from './host-paths.ts'
import { describeDeadSockets, findDeadSockets } from './socket-notices.ts'
import { checkSpec } from './spec-policy.ts'

/** Stands for the folder of the test in a path. */
const own = 'OWN'
const mount = (source: string, readOnly = false) => ({ mounts: [{ source, target: '/x', readOnly }] })

/** The usual ways out of a container, as people write them for other engines. None may be expressible without a grant. */
const escapes: readonly (readonly [name: string, spec: Record<string, unknown>])[] = [
  ['everything at once, as "privileged"', { privileged: true }],
  ["the host's processes", { pidMode: 'host' }],
  ["the host's network", { network: 'host' }],
  ["the host's shared memory and semaphores", { ipcMode: 'host' }],
  ["the host's accounts", { usernsMode: 'host' }],
  ['the capability SYS_ADMIN', { capAdd: ['SYS_ADMIN'] }],
  ['the capability SYS_PTRACE', { capAdd: ['SYS_PTRACE'] }],
  ['the capability SYS_MODULE', { capAdd: ['SYS_MODULE'] }],
  ['no filter of system calls', { securityOpt: ['seccomp=unconfined'] }],
  ['a device', { devices: ['/dev/mem'] }],
  ['the socket of another engine', mount(`${own}/engine/docker.sock`)],
  ['the whole system', mount('/', true)],
  ['the settings of the system', mount('/etc', true)],
  ["the kernel's own state, core_pattern among it", mount('/proc/sys/kernel')],
  ['cgroups and the rest of /sys', mount('/sys/fs/cgroup')],
  ['devices as files', mount('/dev')],
  ['the sockets of the system', mount('/run')],
  ['keys in a home', mount(`${own}/home/.ssh`, true)],
  ['the state and the socket of Joey', mount(`${own}/joey/run`, true)],
  ['what Joey runs from', mount(`${own}/app/out`)],
]

let folder: string
let rules: HostRules
let server: Server

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'joey-escapes-')))
  for (const name of ['engine', 'home/.ssh', 'joey/run', 'app/out']) mkdirSync(join(folder, name), { recursive: true })
  rules = {
    ...fixedRules([join(folder, 'joey')]),
    installation: [join(folder, 'app')],
    homes: [join(folder, 'home')],
  }
  server = createServer().listen(join(folder, 'engine/docker.sock'))
  await new Promise((resolve) => server.once('listening', resolve))
})
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

/** The reason for which a wish is refused; `no-such-wish` where the contract has no words for it. */
async function refusalOf(wish: Record<string, unknown>): Promise<string | null> {
  const placed = JSON.parse(JSON.stringify(wish).replaceAll(own, folder)) as object
  const spec = SandboxSpec.safeParse({ image: 'busybox', ...placed })
  if (!spec.success) return 'no-such-wish'
  try {
    await checkSpec(spec.data, rules)
    return null
  } catch (error) {
    return AppError.from(error).wire.reason
  }
}

test.each(IsolationClass.options.flatMap((wanted) => escapes.map(([name, spec]) => [wanted, name, spec] as const)))(
  '%s: %s is not to be had without a grant',
  async (wanted, _name, spec) => {
    expect(await refusalOf({ class: wanted, ...spec })).toMatch(
      /^(no-such-wish|mount-source-refused|mount-source-socket)$/,
    )
  },
)

test('what can be granted is granted by name and by nothing that stands for many', () => {
  const kinds = Grant.options.map((option) => option.shape.kind.value)
  expect(kinds.sort()).toEqual(['cap', 'device', 'host-network', 'host-path', 'new-privileges', 'no-seccomp'])
})

test('a folder with sockets in it is not for containers, which could speak to them', async () => {
  const wish = mount(`${own}/engine`)
  expect(await refusalOf({ class: 'container', ...wish })).toBe('mount-source-holds-socket')
  expect(await refusalOf({ class: 'gvisor', ...wish })).toBeNull()
  expect(await refusalOf({ class: 'microvm', ...wish })).toBeNull()
  const grants = [{ kind: 'host-path', path: `${own}/engine`, access: 'rw' }]
  expect(await refusalOf({ class: 'container', ...wish, grants })).toBeNull()
})

test('where sockets in a mounted folder cannot be used, that is a notice', async () => {
  const spec = (wanted: string) =>
    SandboxSpec.parse({ image: 'busybox', class: wanted, mounts: [{ source: join(folder, 'engine'), target: '/x' }] })
  const socket = join(folder, 'engine/docker.sock')
  expect(await findDeadSockets(spec('gvisor'))).toEqual([socket])
  expect(await findDeadSockets(spec('microvm'))).toEqual([socket])
  expect(await findDeadSockets(spec('container'))).toEqual([])
  expect(describeDeadSockets('box', [socket])[0]?.message).toContain(`${socket}, which "box" sees`)
})

test('nothing grants the state of Joey, or what it runs from for writing', async () => {
  const grant = (path: string, access: string) => ({ grants: [{ kind: 'host-path', path, access }] })
  expect(await refusalOf(grant(`${own}/joey`, 'ro'))).toBe('grant-of-joey')
  expect(await refusalOf(grant(own, 'ro'))).toBe('grant-of-joey')
  expect(await refusalOf(grant(`${own}/app`, 'rw'))).toBe('grant-of-installation')
  expect(await refusalOf({ ...grant(`${own}/app`, 'ro'), ...mount(`${own}/app/out`, true) })).toBeNull()
  expect(await refusalOf({ ...grant(`${own}/app`, 'ro'), ...mount(`${own}/app/out`) })).toBe('mount-source-refused')
})
