import { closeSync, constants, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { systemPath } from '#contract/client/system-program'
import { isMonitorOf } from '../base/kernel/host-process.ts'
import { endGroup } from '../base/process/kill-group.ts'
import { oomScores, protectFromOom } from '../base/process/oom-score.ts'
import { type Program, startProgram } from '../base/process/run.ts'
import { scriptCommand } from '../base/process/scripts.ts'
import type { LaunchPlan, Running } from './driver.ts'
import { monitorLogBytes } from './log-bound.ts'

/** The monitor of every class: it holds log, input and exit code, and lives on when the agent dies (ADR 3). */
export interface ConmonDeps {
  readonly conmon: string
  /** conmon leaves the exit code here, in a file named by the id. */
  readonly exits: string
  /** Where the disks of limited writable layers are mounted. No monitor keeps a copy of these mounts. */
  readonly limitedMounts: string
}

/** What starts a program that outlives the agent in a mount namespace of its own, without the disks of other sandboxes. */
export function leaveDisks({ limitedMounts }: Pick<ConmonDeps, 'limitedMounts'>): string[] {
  return ['unshare', '--mount', '--propagation', 'slave', ...scriptCommand('leave-disks'), limitedMounts]
}

/** Where the monitor keeps what others use, in the run folder of a sandbox. */
export function monitorFiles(run: string): Record<'pid' | 'monitorPid' | 'attach' | 'control', string> {
  return {
    pid: join(run, 'pid'),
    monitorPid: join(run, 'monitor.pid'),
    attach: join(run, 'attach'),
    control: join(run, 'ctl'),
  }
}

/** The monitor of the run, with the process that it watches: those on record, or those that its files name. */
export async function findMonitored(id: string, run: string, recorded: Running | null): Promise<Running | null> {
  const files = monitorFiles(run)
  const named = { pid: await pidIn(files.pid), monitorPid: await pidIn(files.monitorPid) }
  for (const each of [recorded, named]) {
    if (each && each.pid > 0 && each.monitorPid > 0 && (await isMonitorOf(each.monitorPid, id))) return each
  }
  return null
}

async function pidIn(file: string): Promise<number> {
  return Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10) || 0
}

interface Watched {
  /** What conmon has make the sandbox: `PROGRAM [ARGUMENTS] create --bundle … --pid-file … ID`. */
  readonly runtime: readonly [program: string, ...args: string[]]
  /** conmon makes the terminal; not where the guest has one of its own. */
  readonly terminal: boolean
  /** The sandbox begins where one was saved: the runtime is called with `restore` in place of `create`. */
  readonly restore?: { readonly image: string; readonly options?: readonly string[] }
}

/** conmon's command line (https://github.com/containers/conmon). The run folder is the bundle. */
export function conmonArguments(
  { exits }: Pick<ConmonDeps, 'exits'>,
  { id, paths, process, stdin }: LaunchPlan,
  { runtime: [program, ...args], terminal, restore }: Watched,
): string[] {
  const files = monitorFiles(paths.run)
  return [
    ...['--api-version', '1', '--cid', id, '--cuuid', id, '--name', id],
    ...['--runtime', program, ...args.flatMap((each) => ['--runtime-arg', each])],
    ...['--bundle', paths.run, '--persist-dir', paths.run, '--exit-dir', exits, '--full-attach'],
    ...['--container-pidfile', files.pid, '--conmon-pidfile', files.monitorPid],
    ...['--log-path', `k8s-file:${paths.log}`, '--log-level', 'error'],
    ...['--log-size-max', String(monitorLogBytes)],
    ...(terminal ? ['--terminal'] : []),
    ...(restore ? ['--restore', restore.image] : []),
    ...(restore?.options ?? []).flatMap((each) => ['--runtime-opt', each]),
    ...(stdin || process.tty ? ['--stdin'] : []),
    // A detached client must not end the standard input that another one may still want to use.
    ...(process.tty ? ['--leave-stdin-open'] : []),
  ]
}

interface Start {
  /** conmon with its arguments, and what is to be done before it in the same process. */
  readonly command: readonly [program: string, ...args: string[]]
  readonly run: string
  /** Makes the error of what the runtime, or conmon, said. Names that an image chose may be in it, with line ends. */
  readonly toError: (words: string) => Error
  /** The failure of what is done before conmon, in the words of that; null where they contain none. */
  readonly toErrorBefore?: (words: string) => Error | null
  /**
   * A named pipe for conmon's report. Without one conmon ends where nobody is there any more to get it, which is right for
   * what is only being made; it holds both ends of a named one itself.
   */
  readonly report?: string
}

/** Starts conmon. Resolves when the runtime has made what is to be watched. */
export async function startConmon(begin: Start, signal: AbortSignal): Promise<Running> {
  const { command, run, report } = begin
  signal.throwIfAborted()
  const [program, ...args] = command
  const pipe = report === undefined ? null : openReport(report)
  const child = await startProgram(program, args, {
    // conmon leaves a file named oom where it stands.
    cwd: run,
    env: {
      PATH: systemPath,
      LC_ALL: 'C.UTF-8',
      _OCI_SYNCPIPE: '3',
    },
    stdio: ['ignore', 'ignore', 'pipe', pipe?.held ?? 'pipe'],
  }).finally(() => {
    if (pipe) closeSync(pipe.held)
  })
  const words = pipe?.reader ?? (child.stdio[3] as Readable)
  const abort = () => void endGroup(child)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    const pid = await readReport(child, words, begin)
    const monitorPid = Number.parseInt(await readFile(monitorFiles(run).monitorPid, 'utf8'), 10)
    // conmon asks for it itself where it may, and gives what it starts back the score that it was started with.
    protectFromOom(monitorPid, oomScores.monitor)
    return { pid, monitorPid }
  } finally {
    signal.removeEventListener('abort', abort)
    for (const pipe of [...child.stdio, words]) pipe?.destroy()
  }
}

/** conmon's first line on the synchronisation pipe: the pid, or -1 and the runtime's words. */
const Report = z.object({ pid: z.int().optional(), data: z.int().optional(), message: z.string().optional() })

function openReport(path: string): { readonly held: number; readonly reader: Readable } {
  const { O_RDWR, O_RDONLY, O_NONBLOCK } = constants
  const held = openSync(path, O_RDWR)
  return { held, reader: new Socket({ fd: openSync(path, O_RDONLY | O_NONBLOCK), readable: true, writable: false }) }
}

function readReport(
  child: Program,
  pipe: Readable,
  { toError, toErrorBefore }: Pick<Start, 'toError' | 'toErrorBefore'>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    let complaints = ''
    const fail = (words: string) => reject(toError(words))
    child.stdio[2]?.on('data', (chunk: Buffer) => {
      if (complaints.length < 8192) complaints += chunk.toString('utf8')
    })
    pipe.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (!text.includes('\n')) return
      const report = parseReport(text)
      const pid = report?.data ?? report?.pid ?? -1
      if (pid > 0) resolve(pid)
      else fail(report?.message ?? text + complaints)
    })
    const giveUp = (): void => {
      // Without any report conmon did not come to call the runtime, so nothing of the image's is in what was said.
      const before = text === '' ? toErrorBefore?.(complaints) : null
      if (before) reject(before)
      else fail(complaints || text || 'the monitor ended without any output')
    }
    // What was said before the pipe closed may be read after it in the same turn.
    pipe.once('close', () => setImmediate(giveUp))
  })
}

function parseReport(text: string): z.infer<typeof Report> | null {
  try {
    return Report.parse(JSON.parse(text.slice(0, text.indexOf('\n'))))
  } catch {
    return null
  }
}

const patienceMs = 3_000
const pollMs = 3

/**
 * A monitor, or the script that it runs, that is still at work would leave its files behind us, and an exit code that a
 * later run would take for its own. One that takes too long is killed.
 */
export async function awaitMonitorGone(pidFile: string, id: string): Promise<void> {
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10)
  if (!(pid > 0)) return
  for (let waited = 0; waited < patienceMs; waited += pollMs) {
    if (!(await isMonitorOf(pid, id))) return
    await sleep(pollMs)
  }
  if (await isMonitorOf(pid, id)) process.kill(pid, 'SIGKILL')
}
