import { existsSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { readKernelText, showText } from '../../../base/kernel/kernel-text.ts'
import type { FindOnHost } from '../../../base/kernel/mountinfo.ts'
import { keyOfPort } from '../../../network/host-ports.ts'
import type { ReservedPort } from '../../../network/network.ts'
import { createDevicePrograms, type ListDevices } from './device-programs.ts'
import { type EngineProcess, findEngineProcess, findFileServers, readMembers } from './engine-process.ts'
import { readDevices, readLimits } from './limits.ts'
import { type AgentPlaces, readHostPaths, readMounts, recordedMounts } from './mounts.ts'
import type {
  NamespaceKind,
  Observed,
  ObservedDevice,
  ObservedHost,
  ObservedNetwork,
  ObservedProcess,
  Watched,
} from './observed.ts'
import { readOpenDescriptors, readUnixSockets } from './open-descriptors.ts'
import type { FilterFacts } from './packet-filter.ts'
import { isStarting, readNamespaces, readPrivilegesAgain, readProcess, readStartTime } from './process.ts'

/** Observes sandboxes. Remembers, so that observing again what has not changed costs little. */
export interface Observer {
  readonly host: ObservedHost
  /** MUST be called once before a round of {@link observe}. */
  begin(now: Date, filter: FilterFacts | null): void
  /** Null where nothing of it runs (any more), or not yet. The same object as before where nothing has changed. */
  observe(watched: Watched): Observed | null
  /** Forgets every sandbox but these. */
  keep(ids: ReadonlySet<string>): void
}

/** What changes rarely is read again after this; limits and privileges sooner. What a client changes is read at once. */
const fullMs = 15_000
const lightMs = 1_800
/** With many sandboxes each is observed less often, so that the whole costs no more. */
const lightMsEach = 30
const hostMs = 10_000

interface Memory {
  /** With the number of the process, its identity. */
  readonly startTime: string
  /** Of what was requested. */
  readonly key: string
  readonly observed: Observed
  /** Everything in it but the time. */
  readonly content: string
  readonly fullAt: number
  readonly lightAt: number
}

interface Places {
  readonly agent: AgentPlaces
  readonly proc?: string
  readonly cgroups?: string
  /** Which devices a cgroup of version 2 may use; unknown without it. */
  readonly listDevices?: ListDevices | undefined
}

/** The host's own things, which are the same for all sandboxes of a round. */
interface HostParts {
  readonly namespaces: ReadonlyMap<NamespaceKind, string>
  readonly onHost: FindOnHost
  readonly agent: AgentPlaces
  readonly sockets: ReadonlyMap<string, string>
}

export function createObserver({ agent, proc = '/proc', cgroups = '/sys/fs/cgroup', listDevices }: Places): Observer {
  const version = existsSync(`${cgroups}/cgroup.controllers`) ? 'v2' : 'v1'
  const memories = new Map<string, Memory>()
  const devices = createDeviceView({ version, cgroups, listDevices })
  const host = createHostView(proc, agent)
  let now = new Date(0)
  let filter: FilterFacts | null = null

  const observeFully = (watched: Watched): Observed | null => {
    return observeProcess(
      { proc, cgroups, version, hostParts: host.parts(), filter, now, devicesOf: devices.of },
      watched,
    )
  }
  /** Observes again, thoroughly where it is time for that or another process has the number. */
  const renew = (watched: Watched, key: string, before: Memory | null): Memory | null => {
    const startTime = watched.pid === null ? null : readStartTime(proc, watched.pid)
    if (startTime === null || watched.pid === null || isStarting(proc, watched.pid, startTime)) return null
    const ms = now.getTime()
    const known = before?.startTime === startTime && ms < before.fullAt ? before : null
    const observed =
      known === null ? observeFully(watched) : observeAgain({ proc, cgroups, version, now }, known.observed)
    if (observed === null) return null
    const content = contentOf(observed)
    return {
      startTime,
      key,
      content,
      observed: before?.content === content ? before.observed : observed,
      fullAt: known?.fullAt ?? ms + fullMs * (0.5 + spread(watched.id)),
      lightAt: ms + Math.max(lightMs, memories.size * lightMsEach),
    }
  }

  return {
    host: readHost(),
    begin(at, facts) {
      now = at
      filter = facts
      host.renew(at)
    },
    observe(watched) {
      const key = JSON.stringify([watched, networkOf(watched, filter), devices.late(watched)])
      const before = memories.get(watched.id)
      const ms = now.getTime()
      if (before?.key === key && ms < before.lightAt && isThere(watched.pid)) return before.observed
      const memory = renew(watched, key, before?.key === key ? before : null)
      if (memory === null) memories.delete(watched.id)
      else memories.set(watched.id, memory)
      return memory?.observed ?? null
    },
    keep(ids) {
      for (const id of memories.keys()) if (!ids.has(id)) memories.delete(id)
      devices.keep([...memories.values()].map(({ observed }) => observed.watched))
    },
  }
}

/** What each cgroup may use. In version 2 that is asked for in the background: `late` is it as far as it is there. */
function createDeviceView({
  version,
  cgroups,
  listDevices = async () => null,
}: Pick<Surroundings, 'version' | 'cgroups'> & Pick<Places, 'listDevices'>) {
  const programs = createDevicePrograms(listDevices)
  const ofPrograms = ({ cgroup, pid }: Watched) => (pid === null ? null : programs.read(cgroup, pid))
  return {
    of: (watched: Watched) => (version === 'v1' ? readDevices(cgroups, watched.cgroup) : ofPrograms(watched)),
    late: (watched: Watched) => (version === 'v1' ? null : ofPrograms(watched)),
    keep: (all: readonly Watched[]) => programs.keep(new Set(all.map(({ pid }) => pid ?? 0))),
  }
}

/** The host's own things, read again after a time. */
function createHostView(proc: string, agent: AgentPlaces) {
  let parts: HostParts | null = null
  let readAt = Number.NEGATIVE_INFINITY
  const read = (): HostParts => ({
    // The first process is in the namespaces of the host even where the agent has one of its own for mounts.
    namespaces: withOwn(readNamespaces(proc, 1), readNamespaces(proc, 'self')),
    onHost: readHostPaths(proc),
    agent,
    sockets: readUnixSockets(proc, process.pid),
  })
  return {
    parts: (): HostParts => (parts ??= read()),
    renew(at: Date): void {
      if (parts !== null && at.getTime() - readAt < hostMs) return
      parts = read()
      readAt = at.getTime()
    },
  }
}

interface Surroundings {
  readonly proc: string
  readonly cgroups: string
  readonly version: 'v1' | 'v2'
  readonly hostParts: HostParts
  readonly filter: FilterFacts | null
  readonly now: Date
  readonly devicesOf: (watched: Watched) => readonly ObservedDevice[] | null
}

/** Reads again what a client may have changed a moment ago. */
function observeAgain(
  { proc, cgroups, version, now }: Omit<Surroundings, 'hostParts' | 'filter' | 'devicesOf'>,
  observed: Observed,
): Observed | null {
  const engineProcess = readPrivilegesAgain(proc, observed.engineProcess)
  if (!engineProcess) return null
  return { ...observed, observedAt: now, engineProcess, limits: readLimits(cgroups, version, observed.watched.cgroup) }
}

function observeProcess(around: Surroundings, watched: Watched): Observed | null {
  const { proc, cgroups, version, hostParts, filter, now, devicesOf } = around
  const members = watched.class === 'container' ? [] : readMembers(cgroups, version, watched.cgroup)
  const engine = findEngineProcess(proc, watched, members)
  const engineProcess = engine && readProcess(proc, engine.pid, hostParts.namespaces)
  if (engine === null || engineProcess === null) return null
  const { kernel } = engine
  const monitor = watched.monitorPid === null ? null : readProcess(proc, watched.monitorPid, hostParts.namespaces)
  const descriptors = readOpenDescriptors(proc, engineProcess.pid, hostParts.sockets)
  const servers = findFileServers(proc, kernel, members)
  return {
    watched,
    observedAt: now,
    kernel,
    engineProcess,
    monitor,
    fileServers: servers.flatMap((pid) => readProcess(proc, pid, hostParts.namespaces) ?? []),
    accelerated: kernel === 'guest' ? descriptors.files.includes('/dev/kvm') : null,
    mounts: findMounts(around, watched, engine, servers) ?? recordedMounts(watched, hostParts.agent),
    limits: readLimits(cgroups, version, watched.cgroup),
    devices: devicesOf(watched),
    network: readNetwork({ proc, filter }, engineProcess, kernel, watched),
    descriptors: {
      unixSockets: descriptors.unixSockets,
      files: kernel === 'host' ? [] : descriptors.files,
      monitorSockets: monitor === null ? [] : readOpenDescriptors(proc, monitor.pid, hostParts.sockets).unixSockets,
    },
  }
}

function findMounts(
  { proc, hostParts }: Surroundings,
  watched: Watched,
  engineProcess: EngineProcess,
  servers: readonly number[],
) {
  if (engineProcess.kernel === 'host') return readMounts(proc, engineProcess.pid, watched, hostParts)
  const gofer = engineProcess.kernel === 'sentry' ? servers[0] : undefined
  return gofer === undefined ? null : readMounts(proc, gofer, watched, hostParts)
}

function readNetwork(
  { proc, filter }: Pick<Surroundings, 'proc' | 'filter'>,
  engineProcess: ObservedProcess,
  kernel: Observed['kernel'],
  watched: Watched,
): ObservedNetwork {
  const text = readKernelText(`${proc}/${engineProcess.pid}/net/dev`, 65_536) ?? ''
  const interfaces = text
    .split('\n')
    .slice(2)
    .flatMap((line) => line.split(':')[0]?.trim() ?? [])
    .filter((name) => name !== '' && name !== 'lo')
    .map(showText)
  const isHost = engineProcess.hostNamespaces.includes('net')
  return {
    mode: isHost ? modeOnHost(kernel, watched) : watched.lease !== null || interfaces.length > 0 ? 'own' : 'none',
    interfaces: isHost ? [] : interfaces.slice(0, 16),
    address: watched.lease?.address ?? null,
    ...networkOf(watched, filter),
  }
}

/** The frames of a micro-VM end at its monitor: that one in the host's network does not mean that the guest is. */
function modeOnHost(kernel: Observed['kernel'], watched: Watched): ObservedNetwork['mode'] {
  if (kernel !== 'guest') return 'host'
  return watched.lease === null ? 'none' : 'own'
}

/** By membership in the kernel; the recorded name is only its word. */
function networkOf(watched: Watched, filter: FilterFacts | null): Pick<ObservedNetwork, 'shared' | 'inside' | 'ports'> {
  const key = watched.lease === null ? undefined : filter?.networks.get(watched.lease.interface)
  const address = watched.lease?.address
  const inKernel = (filter?.published ?? []).filter((port) => port.address === address)
  const has = (port: ReservedPort) => inKernel.some((each) => keyOfPort(each) === keyOfPort(port))
  return {
    shared: key === undefined ? [] : watched.networks.length > 0 ? watched.networks : [`number ${key}`],
    inside: address !== undefined && filter?.inside.has(address) === true,
    ports: [
      ...inKernel.map(({ address: _, ...port }) => ({ ...port, inKernel: true })),
      ...watched.ports.filter((port) => !has(port)).map((port) => ({ ...port, inKernel: false })),
    ],
  }
}

/** Everything but the time. */
function contentOf(observed: Observed): string {
  return JSON.stringify({ ...observed, observedAt: null }, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString(16) : value instanceof Map ? [...value] : value,
  )
}

/** The agent's own namespaces count as the host's: what a sandbox shares with the agent, it shares. */
function withOwn(
  first: ReadonlyMap<NamespaceKind, string>,
  own: ReadonlyMap<NamespaceKind, string>,
): ReadonlyMap<NamespaceKind, string> {
  return first.size === 0 ? own : first
}

/** Cheaper than reading its files. That it is another process with the same number is found out there. */
function isThere(pid: number | null): boolean {
  try {
    return pid !== null && process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** 0 to 1, so that not all are read again in the same second. */
function spread(id: string): number {
  return (Number.parseInt(id.slice(-4), 16) || 0) / 0xffff
}

function readHost(): ObservedHost {
  const lsm = readKernelText('/sys/kernel/security/lsm', 4096)?.trim()
  return {
    kernelRelease: release(),
    lsm: lsm === undefined || lsm === '' ? null : lsm,
    cpus: cpus().length,
    memoryBytes: totalmem(),
  }
}
