import { join } from 'node:path'
import { listProcesses } from '../../base/kernel/cgroup-files.ts'
import { sacrifice } from '../../base/process/oom-score.ts'
import { scriptCommand } from '../../base/process/scripts.ts'
import { bindCommand, bindsOfMounts, findMovedSource, findUnmappable, makePlaces } from '../bind-mounts.ts'
import { type ConmonDeps, conmonArguments, startConmon } from '../conmon.ts'
import type { LaunchPlan, Running } from '../driver.ts'
import { withoutReach } from '../scope.ts'
import { maySetIds, withoutSetIds } from '../set-id.ts'
import { runtimeFailure } from './failures.ts'
import type { OciFlavour } from './flavour.ts'
import { overlayMount } from './overlay-options.ts'
import { inRoom, makeRoom, mountCommand, roomOf } from './rooms.ts'
import { type HostTraits, rootfsFor } from './runtime-config.ts'
import { readLabels } from './selinux-labels.ts'

/**
 * gVisor (measured with 20221219) ends at once where it finds settings of the network that it may not read, as in an
 * agent that itself runs confined. Empty ones are good enough for it.
 */
const hidingScript = 'set -eu; mount -t tmpfs -o ro,size=4k joey /proc/sys/net; exec "$@"'
/**
 * Root of a user namespace may mount a /proc only where the whole of one can be seen already, and with the settings hidden
 * that is none. So the room has one without them hidden.
 */
const roomScript = 'set -eu; mkdir "$1"; mount --bind /proc "$1"; shift'

/** A command line that runs the program where nobody but it sees the network's settings hidden. */
export function withHiddenNetSettings(command: readonly string[]): readonly [string, readonly string[]] {
  return ['unshare', ['--mount', '--propagation', 'slave', 'sh', '-c', hidingScript, 'joey-hide', ...command]]
}

/** The beginning of a command line whose program runs with them hidden, where the sandbox's trees are mounted in a room. */
export function hidingNetSettingsIn(room: string): readonly string[] {
  return ['sh', '-c', `${roomScript}; ${hidingScript}`, 'joey-hide', join(room, inRoom.proc)]
}

export interface MonitorDeps extends ConmonDeps {
  readonly runtime: string
  readonly runtimeRoot: string
}

interface MonitorStart {
  readonly signal: AbortSignal
  /** Saved memory to go on from. */
  readonly image?: string
}

/**
 * Starts conmon, which has the runtime create the sandbox. conmon holds the main process's streams, writes its log and its
 * exit code, and lives on when the agent dies (https://github.com/containers/conmon). It runs in a mount namespace of its
 * own, in which the overlay is mounted: when conmon ends, the mount ends with it. docs/adr/0003 has the alternatives.
 * Resolves when the main process is ready to start; with an image
 * of saved memory, when it goes on.
 */
export async function startMonitor(
  deps: MonitorDeps & { readonly host: HostTraits },
  flavour: Pick<OciFlavour, 'options' | 'launch' | 'readOnlyBinds' | 'sharesProcesses'>,
  plan: LaunchPlan,
  { signal, image }: MonitorStart,
): Promise<Running> {
  const { run } = plan.paths
  const { options, hidesNetSettings } = flavour.launch(plan)
  const hide = hidesNetSettings ? hidingNetSettings(plan, deps.host) : []
  const runtime = [deps.runtime, '--root', deps.runtimeRoot, ...flavour.options, ...options] as const
  const watched = { runtime, terminal: plan.process.tty, ...(image !== undefined && { restore: { image } }) }
  const conmon = [deps.conmon, ...conmonArguments(deps, plan, watched)]
  const toError = (words: string) => runtimeFailure(words, plan.process.argv[0] ?? '')
  const toErrorBefore = (words: string) => findMovedSource(words) ?? findUnmappable(words)
  const [program = '', ...mounting] = mountingCommand(deps, flavour, plan)
  const command = [program, ...mounting, ...hide, ...conmon] as const
  const running = await startConmon({ command, run, toError, toErrorBefore }, signal)
  for (const pid of await listProcesses(`${deps.host.cgroupParent}/${plan.id}`)) sacrifice(pid)
  return running
}

/** What stands before a guest of gVisor shares the processes of this machine, and its network where that is granted. */
export function withoutReachOf({ hostNetwork }: Pick<LaunchPlan, 'hostNetwork'>): readonly string[] {
  return withoutReach(hostNetwork ? 'network' : 'local')
}

function hidingNetSettings(plan: LaunchPlan, host: HostTraits): readonly string[] {
  return plan.users === null ? ['sh', '-c', hidingScript, 'joey-hide'] : hidingNetSettingsIn(roomOf(plan.id, host))
}

/** Mounts all of the sandbox's trees where only its monitor is, and becomes what follows. */
function mountingCommand(
  { host, limitedMounts }: Pick<MonitorDeps, 'limitedMounts'> & { readonly host: HostTraits },
  flavour: Pick<OciFlavour, 'readOnlyBinds' | 'sharesProcesses'>,
  plan: LaunchPlan,
): string[] {
  const { users } = plan
  // What serves a guest its files is started by it, and takes the filter along.
  const filter = flavour.sharesProcesses ? [] : [...withoutReachOf(plan), ...(maySetIds(plan) ? [] : withoutSetIds())]
  const readOnly = flavour.readOnlyBinds(plan, host)
  if (users !== null && host.outside !== null) {
    makeRoom(roomOf(plan.id, host))
    return [...mountCommand(plan, host, { program: host.outside, users, readOnly, limitedMounts }), ...filter]
  }
  const binds = [...bindsOfMounts(plan), ...readOnly]
  makePlaces(binds)
  const overlay = overlayMount(plan, readLabels(host.selinux, plan.paths.run))
  const own = [...filter, 'unshare', '--mount', '--propagation', 'slave', ...scriptCommand('launch-container')]
  const places = [overlay.from, overlay.options, rootfsFor(plan, host), limitedMounts]
  return [...own, ...places, ...bindCommand(binds)]
}
