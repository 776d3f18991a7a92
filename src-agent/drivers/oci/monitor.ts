import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { endGroup } from '../../process/kill-group.ts'
import { start } from '../../process/run.ts'
import type { LaunchPlan, Running } from '../driver.ts'
import { runtimeFailure } from './failures.ts'
import type { OciFlavour, ReadOnlyBind } from './flavour.ts'
import type { HostTraits } from './runtime-config.ts'

/**
 * conmon holds the main process's streams, writes its log and its exit code, and lives on when the agent dies
 * (https://github.com/containers/conmon). It runs in a mount namespace of its own, in which the overlay is mounted:
 * when conmon ends, the mount ends with it, whoever died first. docs/adr/0003 has the alternatives.
 */
const launchScript = `set -eu; options=$1; rootfs=$2; binds=$3; shift 3
mount -t overlay -o "$options" joey "$rootfs"
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

export interface MonitorDeps {
  readonly conmon: string
  readonly runtime: string
  readonly runtimeRoot: string
  /** conmon leaves the exit code here, in a file named by the id. */
  readonly exits: string
}

/** Where the monitor keeps what others use. The run folder is the bundle. */
export function monitorFiles(run: string): Record<'pid' | 'monitorPid' | 'attach' | 'control' | 'rootfs', string> {
  return {
    pid: join(run, 'pid'),
    monitorPid: join(run, 'monitor.pid'),
    attach: join(run, 'attach'),
    control: join(run, 'ctl'),
    rootfs: join(run, 'rootfs'),
  }
}

/** Starts conmon, which has the runtime create the sandbox. Resolves when the main process is ready to start. */
export async function startMonitor(
  deps: MonitorDeps & { readonly host: HostTraits },
  flavour: Pick<OciFlavour, 'options' | 'launch' | 'readOnlyBinds'>,
  plan: LaunchPlan,
  signal: AbortSignal,
): Promise<Running> {
  signal.throwIfAborted()
  const files = monitorFiles(plan.paths.run)
  const args = ['--mount', '--propagation', 'slave', 'sh', '-c', launchScript, 'joey-launch']
  const { options, hidesNetSettings } = flavour.launch(plan)
  const hide = hidesNetSettings ? ['sh', '-c', hidingScript, 'joey-hide'] : []
  const conmon = [deps.conmon, ...conmonArguments(deps, plan, [...flavour.options, ...options])]
  const binds = flavour.readOnlyBinds(plan, deps.host)
  makePlaces(binds)
  const mounts = [
    overlayOptions(plan),
    files.rootfs,
    String(binds.length),
    ...binds.flatMap(({ source, place }) => [source, place]),
  ]
  const child = start('unshare', [...args, ...mounts, ...hide, ...conmon], {
    // conmon leaves a file named oom where it stands.
    cwd: plan.paths.run,
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C.UTF-8',
      _OCI_SYNCPIPE: '3',
    },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const abort = () => void endGroup(child)
  signal.addEventListener('abort', abort, { once: true })
  try {
    const report = await readReport(child, plan.process.argv[0] ?? '')
    const monitorPid = Number.parseInt(await readFile(files.monitorPid, 'utf8'), 10)
    return { pid: report, monitorPid }
  } finally {
    signal.removeEventListener('abort', abort)
    for (const pipe of child.stdio) pipe?.destroy()
  }
}

function conmonArguments(
  deps: MonitorDeps,
  { id, paths, process, stdin }: LaunchPlan,
  options: readonly string[],
): string[] {
  const files = monitorFiles(paths.run)
  return [
    ...['--api-version', '1', '--cid', id, '--cuuid', id, '--name', id],
    ...[
      '--runtime',
      deps.runtime,
      ...['--root', deps.runtimeRoot, ...options].flatMap((each) => ['--runtime-arg', each]),
    ],
    ...['--bundle', paths.run, '--persist-dir', paths.run, '--exit-dir', deps.exits, '--full-attach'],
    ...['--container-pidfile', files.pid, '--conmon-pidfile', files.monitorPid],
    ...['--log-path', `k8s-file:${paths.log}`, '--log-level', 'error'],
    ...(process.tty ? ['--terminal'] : []),
    ...(stdin || process.tty ? ['--stdin'] : []),
    // A detached client must not end the standard input that another one may still want to use.
    ...(process.tty ? ['--leave-stdin-open'] : []),
  ]
}

/** A file where a file is to be seen, a folder where a folder is. */
function makePlaces(binds: readonly ReadOnlyBind[]): void {
  for (const { source, place } of binds) {
    if (statSync(source).isDirectory()) mkdirSync(place, { recursive: true, mode: 0o700 })
    else writeFileSync(place, '', { mode: 0o600 })
  }
}

function overlayOptions({ lowers, paths }: LaunchPlan): string {
  return `nodev,lowerdir=${lowers.join(':')},upperdir=${paths.upper},workdir=${paths.work}`
}

/** conmon's first line on the synchronisation pipe: the pid, or -1 and the runtime's words. */
const Report = z.object({ pid: z.int().optional(), data: z.int().optional(), message: z.string().optional() })

function readReport(child: ReturnType<typeof start>, argv0: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    let complaints = ''
    const fail = (detail: string) => reject(runtimeFailure(detail, argv0))
    child.once('error', (error) => fail(error.message))
    child.stdio[2]?.on('data', (chunk: Buffer) => {
      if (complaints.length < 8192) complaints += chunk.toString('utf8')
    })
    const pipe = child.stdio[3]
    pipe?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (!text.includes('\n')) return
      const report = parseReport(text)
      const pid = report?.data ?? report?.pid ?? -1
      if (pid > 0) resolve(pid)
      else fail(report?.message ?? text + complaints)
    })
    pipe?.once('close', () => fail(complaints || text || 'The monitor ended without a word.'))
  })
}

function parseReport(text: string): z.infer<typeof Report> | null {
  try {
    return Report.parse(JSON.parse(text.slice(0, text.indexOf('\n'))))
  } catch {
    return null
  }
}
