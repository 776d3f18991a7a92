import { dirname, join, relative } from 'node:path'
import type { RunLimits } from '#contract/sandbox'
import { idsOfSandbox } from '../../base/kernel/id-ranges.ts'
import { oomScores } from '../../base/process/oom-score.ts'
import type { SeccompProfile } from '../../base/seccomp/profile.ts'
import type { LaunchPlan, PlacedMount, ProcessPlan, Tmpfs } from '../driver.ts'
import { mayGainRights } from '../new-privileges.ts'
import { maySetIds } from '../set-id.ts'
import { orderTmpfs } from '../tmpfs-order.ts'
import { ociMappings } from '../user-ids.ts'
import { defaultCapabilities, type Granted, type GrantedDevice, toDeviceNode, toDeviceRule } from './grants.ts'
import { inRoom, roomOf } from './rooms.ts'
import { readLabels, type SelinuxLabels, type SelinuxTypes } from './selinux-labels.ts'

/**
 * The OCI runtime configuration of a sandbox (https://github.com/opencontainers/runtime-spec, config.md and
 * config-linux.md), with Docker's defaults for capabilities, paths and devices, and `no_new_privs` unless it is granted.
 */
const maskedPaths = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
]

const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

/** As in getrlimit(2). */
export interface Rlimit {
  readonly type: string
  readonly soft: number
  readonly hard: number
}

/** What the host decides, probed once. */
export interface HostTraits {
  /** The `linux.seccomp` part for a sandbox that holds these capabilities, and may or may not give files the set-user-id bit. */
  readonly seccomp: (capabilities: ReadonlySet<string>, setsIds: boolean) => SeccompProfile
  /** The agent's own hard limit of open files: root without CAP_SYS_RESOURCE cannot raise it. */
  readonly maxOpenFiles: number
  /**
   * Of what the kernel counts for each user, and so for all of root's processes on this machine and in containers together, a
   * guest is refused more where half of the agent's own limit is reached: the other half is left to this machine.
   */
  readonly sharedLimits?: readonly Rlimit[]
  /** Only where the kernel accounts swap does a runtime accept a limit for it. */
  readonly limitsSwap: boolean
  readonly cpus: number
  /** Parent of all cgroups of this agent. */
  readonly cgroupParent: string
  /** The program that checks the isolation from inside; null where this installation has none. */
  readonly inside: string | null
  /** The profile of AppArmor for containers, where it is loaded. */
  readonly apparmor?: string | null
  /** Of containers, where this machine's SELinux has some and a container runs with them. */
  readonly selinux?: SelinuxTypes | null
  /** joey-outside, where sandboxes can have ids of their own; null: every id inside is this machine's. */
  readonly outside: string | null
  /** What programs in gVisor load so that it takes their calls; null where this installation has none. */
  readonly statFlags: StatFlags | null
}

/** A library and the `ld.so.preload` that names it; see resources/gvisor. */
export interface StatFlags {
  readonly library: string
  readonly preload: string
}

/** The configuration for a runtime that shares the host's kernel. */
export function buildRuntimeConfig(
  plan: LaunchPlan,
  host: HostTraits,
  rootfs: string,
  granted: Granted,
): Record<string, unknown> {
  const { capabilities, devices, hasSeccomp } = granted
  const labels = readLabels(host.selinux, plan.paths.run)
  return {
    ...buildCommon(plan, host, rootfs, capabilities),
    process: buildProcess(plan.process, host, { capabilities, gainsRights: mayGainRights(plan), labels }),
    mounts: [...kernelMounts(plan), cgroupMount, ...insideFolder(host), ...amongTmpfs(plan, mountsInRoom(plan, host))],
    linux: {
      namespaces: [
        ...userNamespace(plan),
        ...['pid', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type })),
        ...networkNamespace(plan),
      ],
      ...(plan.users && ociMappings(plan.users)),
      cgroupsPath: `${host.cgroupParent}/${plan.id}`,
      resources: buildResources(plan.limits, host, devices),
      ...settingsOf(plan),
      ...(hasSeccomp ? { seccomp: host.seccomp(new Set(capabilities), maySetIds(plan)) } : {}),
      ...(devices.length > 0 ? { devices: devices.map(toDeviceNode) } : {}),
      ...(labels && { mountLabel: labels.file }),
      maskedPaths,
      readonlyPaths,
    },
  }
}

/** Those of its own namespaces: with the host's network, settings of that would be the host's. */
function settingsOf(plan: LaunchPlan): { readonly sysctl?: Record<string, string> } {
  const sysctl = { ...(plan.hostNetwork ? {} : ownNetworkSettings(plan)), ...plan.sysctls }
  return Object.keys(sysctl).length === 0 ? {} : { sysctl }
}

/** Every group may ping, and everybody take any port. A group is one of those that there are in the user namespace. */
function ownNetworkSettings({ users }: Pick<LaunchPlan, 'users'>): Record<string, string> {
  const last = users === null ? 2_147_483_647 : idsOfSandbox - 1
  return { 'net.ipv4.ping_group_range': `0 ${last}`, 'net.ipv4.ip_unprivileged_port_start': '0' }
}

/** First, because the others are to belong to it. */
function userNamespace({ users }: Pick<LaunchPlan, 'users'>): Record<string, string>[] {
  if (users === null) return []
  return [{ type: 'user', ...(users.path !== null && { path: users.path }) }]
}

/** What every OCI runtime takes in the same way. */
export function buildCommon(
  plan: LaunchPlan,
  host: HostTraits,
  rootfs: string,
  capabilities: readonly string[],
): Record<string, unknown> {
  return {
    ociVersion: '1.0.2',
    process: buildProcess(plan.process, host, { capabilities, gainsRights: mayGainRights(plan) }),
    root: { path: rootfs, readonly: plan.readOnlyRoot },
    hostname: plan.hostname,
  }
}

/** None at all: the host's. */
export function networkNamespace({ netns, hostNetwork }: LaunchPlan): Record<string, string>[] {
  if (hostNetwork) return []
  return netns === null ? [{ type: 'network' }] : [{ type: 'network', path: netns }]
}

/** No limit, as the kernel writes it; a number of JavaScript is not as exact. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => object }
const unlimited = rawJSON('18446744073709551615')

/** The kernel has some thousands of pseudo terminals in all. */
const maxTerminals = 1024

/** What a process may do as the sandbox's root, and whether it may gain rights by what a program's file says. */
export interface Rights {
  readonly capabilities: readonly string[]
  readonly gainsRights: boolean
  /** Where SELinux has labels for it. */
  readonly labels?: SelinuxLabels | null
}

/** The `process` object, for the main process and, alone, for `exec`. */
export function buildProcess(
  plan: ProcessPlan,
  host: Pick<HostTraits, 'maxOpenFiles' | 'sharedLimits' | 'apparmor'>,
  { capabilities, gainsRights, labels = null }: Rights = { capabilities: defaultCapabilities, gainsRights: false },
): Record<string, unknown> {
  const bounding = [...capabilities]
  // As Docker has it: another user than root starts without capabilities, but may get them back by file capabilities
  // within the bounding set (which no_new_privs then forbids too).
  const held = plan.uid === 0 ? bounding : []
  const size = plan.tty && plan.columns && plan.rows ? { consoleSize: { width: plan.columns, height: plan.rows } } : {}
  return {
    terminal: plan.tty,
    ...size,
    user: { uid: plan.uid, gid: plan.gid, additionalGids: [...plan.additionalGids] },
    args: [...plan.argv],
    env: [...plan.env],
    cwd: plan.cwd,
    capabilities: { bounding, effective: held, permitted: held, inheritable: [], ambient: [] },
    noNewPrivileges: !gainsRights,
    ...appArmorOf(host, capabilities),
    ...(labels && { selinuxLabel: labels.process }),
    // When the machine runs out of memory, whoever is inside goes before anything of the machine.
    oomScoreAdj: oomScores.guest,
    rlimits: rlimitsOf(plan, host),
  }
}

function rlimitsOf({ ulimits = [] }: ProcessPlan, host: Pick<HostTraits, 'maxOpenFiles' | 'sharedLimits'>): object[] {
  const own = ulimits.map(({ name, soft, hard }) => ({
    type: `RLIMIT_${name.toUpperCase()}`,
    soft: soft ?? unlimited,
    hard: hard ?? unlimited,
  }))
  const usual = [
    { type: 'RLIMIT_NOFILE', soft: Math.min(65_536, host.maxOpenFiles), hard: host.maxOpenFiles },
    // A dump is written, or handed to a program, by the machine's own settings.
    { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
    ...(host.sharedLimits ?? []),
  ]
  return [...usual.filter(({ type }) => own.every((each) => each.type !== type)), ...own]
}

/** The profile lets nothing be mounted, which is what SYS_ADMIN is granted for. */
function appArmorOf({ apparmor = null }: Pick<HostTraits, 'apparmor'>, capabilities: readonly string[]): object {
  return apparmor === null || capabilities.includes('CAP_SYS_ADMIN') ? {} : { apparmorProfile: apparmor }
}

/** The `linux.resources` object of a new sandbox: only the limits that there are. */
export function buildResources(
  limits: RunLimits,
  host: Pick<HostTraits, 'limitsSwap' | 'cpus'>,
  devices: readonly GrantedDevice[] = [],
): Record<string, unknown> {
  const { memory, cpu, pids } = buildUpdate(limits, host)
  return {
    devices: [{ allow: false, access: 'rwm' }, ...devices.map(toDeviceRule)],
    ...(limits.memoryBytes === null ? {} : { memory }),
    ...(limits.cpus === null ? {} : { cpu }),
    ...(limits.pids === null ? {} : { pids }),
  }
}

/** As many as Linux can have at all. */
export const allPids = 4_194_304

/**
 * The same for `update`, where a limit that goes away must be named. Processes and cpu are set to all that there is:
 * crun 1.8.1 writes the -1 that stands for "no limit" in a way that the kernel refuses.
 */
export function buildUpdate(
  limits: RunLimits,
  host: Pick<HostTraits, 'limitsSwap' | 'cpus'>,
): Record<'memory' | 'cpu' | 'pids', object> {
  const memory = limits.memoryBytes ?? -1
  const period = 100_000
  return {
    memory: { limit: memory, ...(host.limitsSwap ? { swap: memory } : {}) },
    cpu: { period, quota: Math.max(1000, Math.round((limits.cpus ?? host.cpus) * period)) },
    pids: { limit: limits.pids ?? allPids },
  }
}

const kernelTrees = [
  { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
  {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
  },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5', `max=${maxTerminals}`],
  },
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: ['nosuid', 'noexec', 'nodev', 'mode=1777'],
  },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
]

/** What the kernel shows, and its file systems in memory that every sandbox has. */
export function kernelMounts({ shmBytes }: Pick<LaunchPlan, 'shmBytes'>) {
  return kernelTrees.map((mount) =>
    mount.source === 'shm' ? { ...mount, options: [...mount.options, `size=${shmBytes}`] } : mount,
  )
}

/** With the sandbox's own file systems in memory among what it has of the host. */
export function amongTmpfs(plan: LaunchPlan, binds: readonly object[]): object[] {
  const { before, after } = orderTmpfs(plan)
  return [...before.map(toTmpfs), ...binds, ...after.map(toTmpfs)]
}

function toTmpfs({ target, sizeBytes }: Tmpfs): object {
  const size = sizeBytes === null ? [] : [`size=${sizeBytes}`]
  const options = ['nosuid', 'noexec', 'nodev', 'mode=1777', ...size]
  return { destination: target, type: 'tmpfs', source: 'tmpfs', options }
}

const cgroupMount = {
  destination: '/sys/fs/cgroup',
  type: 'cgroup',
  source: 'cgroup',
  options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
}

/** Where every sandbox has joey-inside. The path is older than that name, and saved memory holds it. */
export const insidePath = '/dev/.joey/probe'

/** A mount of its own, so that root inside cannot rename it away and put a program of its choice in its place. */
export function insideFolder({ inside }: Pick<HostTraits, 'inside'>): Record<string, unknown>[] {
  const options = ['nosuid', 'noexec', 'nodev', 'mode=755', 'size=64k']
  return inside === null ? [] : [{ destination: dirname(insidePath), type: 'tmpfs', source: 'tmpfs', options }]
}

/** A file or folder of the host in a sandbox. */
export interface BindMount {
  readonly destination: string
  readonly type: 'bind'
  readonly source: string
  readonly options: readonly string[]
}

/** What this sandbox has of the host's files, the same in every engine: its names, joey-inside, and what the user mounts. */
export function ownMounts(plan: LaunchPlan, { inside }: Pick<HostTraits, 'inside'>): BindMount[] {
  const options = ['bind', 'rprivate', 'nosuid', 'nodev', 'ro']
  const programs = inside === null ? [] : [{ destination: insidePath, type: 'bind' as const, source: inside, options }]
  return [...fileMounts(plan), ...plan.mounts.map(toBindMount), ...programs]
}

/** The same from where a sandbox with ids of its own has them. */
function mountsInRoom(plan: LaunchPlan, host: HostTraits): BindMount[] {
  return ownMounts(plan, host).map((mount) => ({ ...mount, source: whereToFind(plan, host, mount.source) }))
}

/** Where an engine finds a source of a mount: in the sandbox's room, where it has ids of its own. */
export function whereToFind(plan: LaunchPlan, host: HostTraits, source: string): string {
  if (plan.users === null) return source
  const index = plan.mounts.findIndex(({ place }) => place === source)
  const isInside = source === host.inside
  const name = index !== -1 ? inRoom.mount(index) : isInside ? inRoom.inside : inOwnFolder(plan, source)
  return join(roomOf(plan.id, host), name)
}

function inOwnFolder({ paths }: LaunchPlan, source: string): string {
  return join(inRoom.own, relative(paths.folder, source))
}

/** Where the root of the sandbox is mounted. */
export function rootfsFor({ id, paths, users }: LaunchPlan, host: HostTraits): string {
  return users === null ? join(paths.run, 'rootfs') : join(roomOf(id, host), inRoom.rootfs)
}

function fileMounts({ paths, nameservers }: LaunchPlan): BindMount[] {
  const names = nameservers === null ? ['hosts', 'hostname'] : ['hosts', 'hostname', 'resolv.conf']
  return names.map((name) => ({
    destination: `/etc/${name}`,
    type: 'bind' as const,
    source: `${paths.folder}/etc/${name}`,
    options: ['bind', 'rprivate', 'nosuid', 'nodev', 'noexec'],
  }))
}

function toBindMount({ target, place, readOnly }: PlacedMount): BindMount {
  const options = ['bind', 'rprivate', 'nosuid', 'nodev', readOnly ? 'ro' : 'rw']
  return { destination: target, type: 'bind', source: place, options }
}
