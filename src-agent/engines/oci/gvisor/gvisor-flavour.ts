import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { ClassLimitation } from '#contract/classes'
import type { Limits } from '#contract/sandbox'
import { restrictDevices } from '../../../base/kernel/cgroup-devices.ts'
import { killCgroup, listProcesses, removeCgroup } from '../../../base/kernel/cgroup-files.ts'
import { writeCgroupLimits } from '../../cgroup-limits.ts'
import type { LaunchPlan } from '../../driver.ts'
import type { FlavourDeps, OciFlavour } from '../flavour.ts'
import type { Granted } from '../grants.ts'
import { createEngineNames } from './engine-names.ts'
import { createGvisorReach } from './gvisor-reach.ts'
import {
  allPids,
  buildCommon,
  buildResources,
  type HostTraits,
  kernelMounts,
  networkNamespace,
  ownMounts,
  probeFolder,
} from '../runtime-config.ts'

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
    limitations,
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
    async correctPhase(id, told) {
      if (told !== 'paused') return told
      return (await listProcesses(`${host.cgroupParent}/${id}`)).length === 0 ? 'stopped' : told
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

const limitations: readonly ClassLimitation[] = [
  {
    feature: 'liveMemoryLimit',
    reason: 'A new memory limit holds at once, but programs inside go on reading the old one in /proc/meminfo.',
  },
  {
    feature: 'liveLimits',
    reason:
      'The limit of processes is held by this machine, which sees several tasks of gVisor for each process inside. It is therefore approximate, and going far beyond it ends the whole sandbox.',
  },
  {
    feature: 'grants',
    reason:
      "Capabilities act on gVisor's own kernel only, and devices of this machine cannot be given. Take a container for those.",
  },
  {
    feature: 'bindMounts',
    reason: 'Sockets and named pipes in mounted folders of this machine cannot be used. Files and folders can.',
  },
  {
    feature: 'ownKernelModules',
    reason: 'gVisor has a kernel of its own that loads no modules. Take a micro-VM for them.',
  },
]

/** Tasks of the host for a sandbox without processes, and for each process: measured with every platform at once busy. */
const tasksOfSentry = 256
const tasksPerProcess = 10

function toHostLimits(limits: Limits): Limits {
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
function ownTmp({ paths, lowers, mounts, readOnlyRoot }: LaunchPlan, rootfs: string): Record<string, unknown>[] {
  if (mounts.some(({ target }) => target === '/tmp')) return []
  const found = [paths.upper, ...lowers]
    .map((tree) => lstatSync(join(tree, 'tmp'), { throwIfNoEntry: false }))
    .find((stats) => stats !== undefined)
  if (!found?.isDirectory()) return []
  const options = ['bind', 'rprivate', 'nodev', readOnlyRoot ? 'ro' : 'rw']
  return [{ destination: '/tmp', type: 'bind', source: join(rootfs, 'tmp'), options }]
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
    const message = 'A device of this machine cannot be given to a gVisor sandbox. Take the class "container" for it.'
    throw appError('invalidRequest', 'grant-not-in-class', message, { params: { kind: 'device' } })
  }
  if (plan.limits.memoryBytes !== null && plan.limits.memoryBytes < leastMemory) {
    const message = 'gVisor needs some memory itself: give the sandbox at least 24 MiB, or take the class "container".'
    throw appError('invalidRequest', 'limit-too-low', message, { params: { leastBytes: leastMemory } })
  }
  return {
    ...buildCommon(plan, host, rootfs, capabilities),
    mounts: [
      ...kernelMounts.filter(({ type }) => knownMounts.has(type)),
      ...ownTmp(plan, rootfs),
      ...probeFolder(host),
      ...bindsOf(plan, host).map(({ mount, bind }) => (bind === null ? mount : { ...mount, source: bind.place })),
    ],
    linux: {
      namespaces: [...['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })), ...networkNamespace(plan)],
      cgroupsPath: `${host.cgroupParent}/${plan.id}`,
      resources: buildResources(toHostLimits(plan.limits), host),
    },
  }
}

/** This runtime's gofer has every tree writable; those that must not be come to it from a place where they are not. */
function bindsOf(plan: LaunchPlan, host: HostTraits) {
  return ownMounts(plan, host).map((mount, index) => {
    const isReadOnly = mount.options.includes('ro')
    return { mount, bind: isReadOnly ? { source: mount.source, place: join(plan.paths.run, `ro${index}`) } : null }
  })
}
