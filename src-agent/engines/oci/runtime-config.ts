import { dirname } from 'node:path'
import type { Limits, Mount } from '#contract/sandbox'
import type { LaunchPlan, ProcessPlan } from '../driver.ts'
import { defaultCapabilities, type Granted, type GrantedDevice, toDeviceNode, toDeviceRule } from './grants.ts'

/**
 * The OCI runtime configuration of a sandbox (https://github.com/opencontainers/runtime-spec, config.md and
 * config-linux.md), with Docker's defaults for capabilities, paths and devices, and `no_new_privs` always.
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

/** What the host decides, probed once. */
export interface HostTraits {
  /** The `linux.seccomp` part for a sandbox that holds these capabilities. */
  readonly seccomp: (capabilities: ReadonlySet<string>) => Readonly<Record<string, unknown>>
  /** The agent's own hard limit of open files: root without CAP_SYS_RESOURCE cannot raise it. */
  readonly maxOpenFiles: number
  /** Only where the kernel accounts swap does a runtime accept a limit for it. */
  readonly limitsSwap: boolean
  readonly cpus: number
  /** Parent of all cgroups of this agent. */
  readonly cgroupParent: string
  /** The program that checks the wall from inside; null where this installation has none. */
  readonly probe: string | null
}

/** The configuration for a runtime that shares the host's kernel. */
export function buildRuntimeConfig(
  plan: LaunchPlan,
  host: HostTraits,
  rootfs: string,
  granted: Granted,
): Record<string, unknown> {
  const { capabilities, devices, hasSeccomp } = granted
  return {
    ...buildCommon(plan, host, rootfs, capabilities),
    mounts: [...kernelMounts, cgroupMount, ...probeFolder(host), ...ownMounts(plan, host)],
    linux: {
      namespaces: [...['pid', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type })), ...networkNamespace(plan)],
      cgroupsPath: `${host.cgroupParent}/${plan.id}`,
      resources: buildResources(plan.limits, host, devices),
      // With the host's network they would be the host's.
      ...(plan.hostNetwork ? {} : { sysctl: ownNetworkSettings }),
      ...(hasSeccomp ? { seccomp: host.seccomp(new Set(capabilities)) } : {}),
      ...(devices.length > 0 ? { devices: devices.map(toDeviceNode) } : {}),
      maskedPaths,
      readonlyPaths,
    },
  }
}

const ownNetworkSettings = { 'net.ipv4.ping_group_range': '0 2147483647', 'net.ipv4.ip_unprivileged_port_start': '0' }

/** What every OCI runtime takes in the same way. */
export function buildCommon(
  plan: LaunchPlan,
  host: HostTraits,
  rootfs: string,
  capabilities: readonly string[],
): Record<string, unknown> {
  return {
    ociVersion: '1.0.2',
    process: buildProcess(plan.process, host, capabilities),
    root: { path: rootfs, readonly: plan.readOnlyRoot },
    hostname: plan.hostname,
  }
}

/** None at all: the host's. */
export function networkNamespace({ netns, hostNetwork }: LaunchPlan): Record<string, string>[] {
  if (hostNetwork) return []
  return netns === null ? [{ type: 'network' }] : [{ type: 'network', path: netns }]
}

/** The `process` object, for the main process and, alone, for `exec`. */
export function buildProcess(
  plan: ProcessPlan,
  host: Pick<HostTraits, 'maxOpenFiles'>,
  capabilities: readonly string[] = defaultCapabilities,
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
    noNewPrivileges: true,
    rlimits: [{ type: 'RLIMIT_NOFILE', soft: Math.min(65_536, host.maxOpenFiles), hard: host.maxOpenFiles }],
  }
}

/** The `linux.resources` object of a new sandbox: only the limits that there are. */
export function buildResources(
  limits: Limits,
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
  limits: Limits,
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

export const kernelMounts = [
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
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'],
  },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
]

const cgroupMount = {
  destination: '/sys/fs/cgroup',
  type: 'cgroup',
  source: 'cgroup',
  options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
}

/** Where the program is that checks the wall from inside. */
export const guestProbe = '/dev/.joey/probe'

/** A mount of its own, so that root inside cannot rename it away and put a program of its choice in the probe's place. */
export function probeFolder({ probe }: Pick<HostTraits, 'probe'>): Record<string, unknown>[] {
  const options = ['nosuid', 'noexec', 'nodev', 'mode=755', 'size=64k']
  return probe === null ? [] : [{ destination: dirname(guestProbe), type: 'tmpfs', source: 'tmpfs', options }]
}

interface BindMount {
  readonly destination: string
  readonly type: 'bind'
  readonly source: string
  readonly options: readonly string[]
}

/** What this sandbox has of the host's files, the same in every engine: its names, the probe, and what the user mounts. */
export function ownMounts(plan: LaunchPlan, { probe }: Pick<HostTraits, 'probe'>): BindMount[] {
  const options = ['bind', 'rprivate', 'nosuid', 'nodev', 'ro']
  const probes = probe === null ? [] : [{ destination: guestProbe, type: 'bind' as const, source: probe, options }]
  return [...fileMounts(plan), ...plan.mounts.map(toBindMount), ...probes]
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

function toBindMount(mount: Mount): BindMount {
  const access = mount.readOnly ? 'ro' : 'rw'
  const options = ['rbind', 'rprivate', 'nosuid', 'nodev', access]
  return { destination: mount.target, type: 'bind', source: mount.source, options }
}
