import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ConmonDeps, conmonArguments, startConmon } from '../conmon.ts'
import type { LaunchPlan, Running } from '../driver.ts'
import { runtimeFailure } from './failures.ts'
import type { OciFlavour, ReadOnlyBind } from './flavour.ts'
import { overlayMount } from './overlay-options.ts'
import type { HostTraits } from './runtime-config.ts'

/**
 * conmon holds the main process's streams, writes its log and its exit code, and lives on when the agent dies
 * (https://github.com/containers/conmon). It runs in a mount namespace of its own, in which the overlay is mounted:
 * when conmon ends, the mount ends with it, whoever died first. docs/adr/0003 has the alternatives.
 * The kernel's newer way of mounting takes 255 bytes for each option, so libmount is told to use the older one.
 */
const launchScript = `set -eu; from=$1; options=$2; rootfs=$3; binds=$4; shift 4
( cd "$from"; LIBMOUNT_FORCE_MOUNT2=always; export LIBMOUNT_FORCE_MOUNT2
  exec mount -t overlay -o "$options" joey "$rootfs" )
while [ "$binds" -gt 0 ]; do
  mount --rbind "$1" "$2"; mount -o remount,bind,ro,nosuid,nodev "$2"; shift 2; binds=$((binds-1))
done
exec "$@"`

/**
 * gVisor (measured with 20221219) ends at once where it finds settings of the network that it may not read, as in an
 * agent that itself runs confined. Empty ones are good enough for it.
 */
const hidingScript = 'set -eu; mount -t tmpfs -o ro,size=4k joey /proc/sys/net; exec "$@"'

/** A command line that runs the program where nobody but it sees the network's settings hidden. */
export function withHiddenNetSettings(command: readonly string[]): readonly [string, readonly string[]] {
  return ['unshare', ['--mount', '--propagation', 'slave', 'sh', '-c', hidingScript, 'joey-hide', ...command]]
}

export interface MonitorDeps extends ConmonDeps {
  readonly runtime: string
  readonly runtimeRoot: string
}

/** Where the overlay is mounted, in the run folder, which is the bundle. */
export function rootfsOf(run: string): string {
  return join(run, 'rootfs')
}

/**
 * Starts conmon, which has the runtime create the sandbox. Resolves when the main process is ready to start; with an image
 * of saved memory, when it goes on.
 */
export function startMonitor(
  deps: MonitorDeps & { readonly host: HostTraits },
  flavour: Pick<OciFlavour, 'options' | 'launch' | 'readOnlyBinds'>,
  plan: LaunchPlan,
  signal: AbortSignal,
  image: string | null = null,
): Promise<Running> {
  const { run } = plan.paths
  const { options, hidesNetSettings } = flavour.launch(plan)
  const hide = hidesNetSettings ? ['sh', '-c', hidingScript, 'joey-hide'] : []
  const binds = flavour.readOnlyBinds(plan, deps.host)
  makePlaces(binds)
  const overlay = overlayMount(plan)
  const mounts = [
    overlay.from,
    overlay.options,
    rootfsOf(run),
    String(binds.length),
    ...binds.flatMap(({ source, place }) => [source, place]),
  ]
  const runtime = [deps.runtime, '--root', deps.runtimeRoot, ...flavour.options, ...options] as const
  const watched = { runtime, terminal: plan.process.tty, ...(image !== null && { restore: { image } }) }
  const conmon = [deps.conmon, ...conmonArguments(deps, plan, watched)]
  const own = ['unshare', '--mount', '--propagation', 'slave', 'sh', '-c', launchScript, 'joey-launch'] as const
  const toError = (words: string) => runtimeFailure(words, plan.process.argv[0] ?? '')
  return startConmon({ command: [...own, ...mounts, ...hide, ...conmon], run, toError }, signal)
}

/** A file where a file is to be seen, a folder where a folder is. */
function makePlaces(binds: readonly ReadOnlyBind[]): void {
  for (const { source, place } of binds) {
    if (statSync(source).isDirectory()) mkdirSync(place, { recursive: true, mode: 0o700 })
    else writeFileSync(place, '', { mode: 0o600 })
  }
}
