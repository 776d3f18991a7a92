import { lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { appError } from '#contract/app-error'
import type { ClassLimitation } from '#contract/classes'
import type { RunLimits } from '#contract/sandbox'
import { sentence } from '#contract/sentence'
import { killCgroup, listProcesses, removeCgroup } from '../../../base/kernel/cgroup-files.ts'
import { ownBind } from '../../bind-mounts.ts'
import { writeCgroupLimits } from '../../cgroup-limits.ts'
import { limitation } from '../../class-sentences.ts'
import { restrictDevices } from '../../device-rules.ts'
import type { LaunchPlan } from '../../driver.ts'
import { ociMappings } from '../../user-ids.ts'
import type { FlavourDeps, OciFlavour } from '../flavour.ts'
import type { Granted } from '../grants.ts'
import { roomOf } from '../rooms.ts'
import {
  allPids,
  amongTmpfs,
  type BindMount,
  buildCommon,
  buildResources,
  type HostTraits,
  insideFolder,
  insidePath,
  kernelMounts,
  networkNamespace,
  ownMounts,
  whereToFind,
} from '../runtime-config.ts'
import { createEngineNames } from './engine-names.ts'
import { createGvisorReach } from './gvisor-reach.ts'
import { highestOfRuntime } from './send-signal.ts'

/** How this machine's runsc has to be run, found out by trying: see host/probe-gvisor.ts. */
export interface GvisorSetup {
  /** A state that was saved by one version is nothing to another. */
  readonly version: string
  /** It resets connections by itself where it saves a sandbox. */
  readonly disconnects?: boolean
  readonly platform: string
  /** Options that this version knows and needs. */
  readonly options: readonly string[]
  readonly hidesNetSettings: boolean
  /** What opens files of this machine for a guest can be root of a user namespace. */
  readonly mapsIds?: boolean
}

/**
 * runsc: the guest's system calls are answered by gVisor's own kernel, the sentry, whose own system calls are the only
 * ones that reach the host (https://gvisor.dev/docs/architecture_guide/). The seccomp profile of a container would
 * filter nothing here, and files of the host's kernel that are masked there do not exist.
 */
export function gvisorFlavour({ engine, host, runtimeRoot }: FlavourDeps, setup: GvisorSetup): OciFlavour {
  const names = createEngineNames(runtimeRoot)
  const successorOf = (cgroup: string) => `${cgroup}-again`
  return {
    engineName: names.current,
    class: 'gvisor',
    sharesProcesses: false,
    mapsIds: setup.mapsIds === true ? 'files' : null,
    // Others are sent from inside, where there is a helper for that.
    ...(host.inside === null && { highestSignal: highestOfRuntime }),
    limitations: limitationsOf(host),
    options: [`--platform=${setup.platform}`, ...setup.options],
    launch: (plan) => {
      const network = networkOf(plan)
      const hidesNetSettings = network === 'sandbox' && setup.hidesNetSettings
      return { options: [`--network=${network}`], hidesNetSettings }
    },
    config: buildGvisorConfig,
    readOnlyBinds: (plan, host) => bindsOf(plan, host).flatMap(({ bind }) => bind ?? []),
    // This runtime leaves the list of devices as it finds it: with every device. What the sentry needs it has open by now.
    settle: (cgroup) => restrictDevices(cgroup, []),
    pidFile: (path) => ['--internal-pid-file', path],
    reach: (id) => createGvisorReach(engine, names.current(id)),
    // This runtime has no command for it.
    update: (_id, cgroup, limits) => writeCgroupLimits(cgroup, toHostLimits(limits), host),
    // With `--all` this runtime reports success for a sandbox whose memory was restored, and kills nothing (release 20221219).
    killAllOptions: [],
    async killAnyway(id, signal, phase) {
      if (phase === 'running') return false
      if (isKill(signal)) {
        await killCgroup(`${host.cgroupParent}/${id}`)
        return true
      }
      if (phase === 'created') return false
      // What is frozen takes no signal from this runtime, so it is thawed for the moment that it takes.
      const name = names.current(id)
      await engine(['resume', name])
      await engine(['kill', name, signal], [0, 128])
      await engine(['pause', name], [0, 128])
      return true
    },
    // `delete` would wait half a second and more for the processes of the platform to go.
    async clear(_id, cgroup) {
      await killCgroup(cgroup)
      await killCgroup(successorOf(cgroup))
    },
    // Of one that was killed while it was frozen, this runtime says for ever that it is frozen, and stumbles over it.
    async correctPhase(id, reported) {
      if (reported !== 'paused') return reported
      return (await listProcesses(`${host.cgroupParent}/${id}`)).length === 0 ? 'stopped' : reported
    },
    // As every program in Go that cannot start a thread.
    codeWithoutProcesses: 2,
    async forget(id, cgroup) {
      await names.forget(id)
      await removeCgroup(cgroup)
      await removeCgroup(successorOf(cgroup))
    },
  }
}

/** `none` has a loopback that is up; in a fresh namespace `sandbox` finds one that is down, and takes it as it is. */
function networkOf({ hostNetwork, netns }: Pick<LaunchPlan, 'hostNetwork' | 'netns'>): 'host' | 'none' | 'sandbox' {
  if (hostNetwork) return 'host'
  return netns === null ? 'none' : 'sandbox'
}

const limitationsOf = ({ inside }: HostTraits): readonly ClassLimitation[] => [
  limitation('liveMemoryLimit', sentence('gvisor-live-memory-limit')),
  limitation('liveLimits', sentence('gvisor-live-limits')),
  limitation('grants', sentence('gvisor-grants')),
  limitation('bindMounts', sentence('gvisor-bind-mounts')),
  ...(inside === null ? [limitation('signals', sentence('gvisor-signals'))] : []),
  limitation('outOfMemory', sentence('gvisor-out-of-memory')),
  limitation('unnamedFiles', sentence('gvisor-unnamed-files')),
  limitation('namedPipes', sentence('gvisor-named-pipes')),
  limitation('watching', sentence('gvisor-watching')),
  limitation('terminalNames', sentence('gvisor-terminal-names')),
  limitation('setIdBits', sentence('gvisor-set-id-bits')),
  limitation('ownKernelModules', sentence('gvisor-kernel-modules')),
]

/** Tasks of the host for a sandbox without processes, and for each process: measured with every platform at once busy. */
const tasksOfSentry = 256
const tasksPerProcess = 10

function toHostLimits(limits: RunLimits): RunLimits {
  const { pids } = limits
  return { ...limits, pids: pids === null ? null : Math.min(tasksOfSentry + pids * tasksPerProcess, allPids) }
}

function isKill(signal: string): boolean {
  return ['9', 'KILL', 'SIGKILL'].includes(signal)
}

/** With less not even gVisor itself starts (measured: it needs 20 to 24 MiB). */
const leastMemory = 24 * 1024 * 1024

/**
 * On a /tmp that is empty and not named, runsc puts a file system in memory of its own, and what is written there is gone
 * with the sandbox's run (gVisor, runsc/boot/vfs.go, mountTmp). Named, it is the disk's own. Looked at by name: nothing of
 * the guest runs now that could lead astray, and a link is not followed.
 */
function ownTmp({ paths, lowers, mounts, tmpfs, readOnlyRoot }: LaunchPlan, rootfs: string): Record<string, unknown>[] {
  if ([...mounts, ...tmpfs].some(({ target }) => target === '/tmp')) return []
  const found = [paths.upper, ...lowers]
    .map((tree) => lstatSync(join(tree, 'tmp'), { throwIfNoEntry: false }))
    .find((stats) => stats !== undefined)
  if (!found?.isDirectory()) return []
  const options = ['bind', 'rprivate', 'nodev', readOnlyRoot ? 'ro' : 'rw']
  return [{ destination: '/tmp', type: 'bind', source: join(rootfs, 'tmp'), options }]
}

const preloadPath = '/etc/ld.so.preload'
/** As resources/gvisor/ld.so.preload names it. */
const statFlagsPath = join(dirname(insidePath), 'stat-flags.so')
/** What this engine itself shows read-only in every sandbox, by its place inside. */
export const ownPlaces: readonly string[] = [statFlagsPath, preloadPath]

/**
 * Older versions refuse a flag with which the core utilities of newer distributions look at every file, so that `ls` fails
 * (gVisor knows AT_NO_AUTOMOUNT since 2023). Programs with glibc load a library that leaves it out; newer versions are none
 * the worse for it. An image that has such a file itself keeps its own.
 */
function statFlagMounts({ paths, lowers }: LaunchPlan, { inside, statFlags }: HostTraits): BindMount[] {
  const has = (tree: string) => lstatSync(join(tree, preloadPath), { throwIfNoEntry: false })
  const isOwn = [paths.upper, ...lowers].some((tree) => (has(tree)?.size ?? 0) > 0)
  if (inside === null || statFlags === null || isOwn) return []
  const options = ['bind', 'rprivate', 'nosuid', 'nodev', 'ro']
  return [
    { destination: statFlagsPath, type: 'bind', source: statFlags.library, options },
    { destination: preloadPath, type: 'bind', source: statFlags.preload, options },
  ]
}

/** Kinds of file systems that gVisor has itself. */
const knownMounts = new Set(['proc', 'tmpfs', 'devpts', 'sysfs'])

function buildGvisorConfig(
  plan: LaunchPlan,
  host: HostTraits,
  rootfs: string,
  { capabilities, devices }: Granted,
): Record<string, unknown> {
  if (devices.length > 0) {
    throw appError('grant-not-in-class', {
      grant: 'device',
      class: 'gvisor',
      why: sentence('objection-gvisor-devices'),
    })
  }
  if (plan.limits.memoryBytes !== null && plan.limits.memoryBytes < leastMemory) {
    throw appError('limit-too-low', { leastBytes: leastMemory })
  }
  return {
    ...buildCommon(plan, host, rootfs, capabilities),
    mounts: [
      ...kernelMounts(plan).filter(({ type }) => knownMounts.has(type)),
      ...ownTmp(plan, rootfs),
      ...insideFolder(host),
      ...amongTmpfs(
        plan,
        bindsOf(plan, host).map(({ mount, source }) => ({ ...mount, source })),
      ),
    ],
    linux: {
      namespaces: [
        // This runtime makes it, because a program in Go cannot join one. The sentry has another one, in which it is nobody.
        ...(plan.users === null ? [] : [{ type: 'user' }]),
        ...['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
        ...networkNamespace(plan),
      ],
      ...(plan.users && ociMappings(plan.users)),
      cgroupsPath: `${host.cgroupParent}/${plan.id}`,
      resources: buildResources(toHostLimits(plan.limits), host),
    },
  }
}

/** This runtime's gofer has every tree writable; those that must not be come to it from a place where they are not. */
function bindsOf(plan: LaunchPlan, host: HostTraits) {
  const places = new Set(plan.mounts.map(({ place }) => place))
  return [...ownMounts(plan, host), ...statFlagMounts(plan, host)].map((mount, index) => {
    // What the user mounts is bound as it shall be seen already.
    const isReadOnly = mount.options.includes('ro') && !places.has(mount.source)
    if (!isReadOnly) return { mount, bind: null, source: whereToFind(plan, host, mount.source) }
    const name = `ro${index}`
    const bind = ownBind(mount.source, join(plan.paths.run, name))
    return { mount, bind, source: plan.users === null ? bind.place : join(roomOf(plan.id, host), name) }
  })
}
