import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { appError } from '#contract/app-error'
import { endGroup } from '../../process/kill-group.ts'
import { type ChildProcess, start } from '../../process/run.ts'
import type { LaunchPlan, Running } from '../driver.ts'
import { launchScript, type ScriptArguments, scriptArguments, scriptFiles } from './launch-script.ts'
import { monitorFiles } from './monitor-files.ts'

export interface LaunchDeps {
  readonly conmon: string
  /** conmon leaves the exit code here, in a file named by the id. */
  readonly exits: string
}

/**
 * Starts conmon, which has {@link launchScript} start the machine. Log, input, exit code and adoption are then those of
 * containers. Resolves when QEMU has been started; it may still end at once.
 */
export async function launchMachine(
  deps: LaunchDeps,
  plan: LaunchPlan,
  script: Omit<ScriptArguments, 'pidFile' | 'folder'>,
  signal: AbortSignal,
): Promise<Running> {
  signal.throwIfAborted()
  const { run } = plan.paths
  const files = monitorFiles(run)
  const child = start(deps.conmon, conmonArguments(deps, plan, { ...script, pidFile: files.pid, folder: run }), {
    cwd: run,
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
    await readReport(child)
    const monitorPid = Number.parseInt(await readFile(files.monitorPid, 'utf8'), 10)
    return { pid: Number.parseInt(await readFile(files.pid, 'utf8'), 10), monitorPid }
  } finally {
    signal.removeEventListener('abort', abort)
    for (const pipe of child.stdio) pipe?.destroy()
  }
}

/** The guest has the terminal, so conmon never makes one. */
function conmonArguments(deps: LaunchDeps, plan: LaunchPlan, script: ScriptArguments): string[] {
  const { id, paths, process, stdin } = plan
  const files = monitorFiles(paths.run)
  const runtime = ['-c', launchScript, 'joey-vm', ...scriptArguments(script)]
  return [
    ...['--api-version', '1', '--cid', id, '--cuuid', id, '--name', id],
    ...['--runtime', '/bin/sh', ...runtime.flatMap((argument) => ['--runtime-arg', argument])],
    ...['--bundle', paths.run, '--persist-dir', paths.run, '--exit-dir', deps.exits, '--full-attach'],
    ...['--container-pidfile', files.pid, '--conmon-pidfile', files.monitorPid],
    ...['--log-path', `k8s-file:${paths.log}`, '--log-level', 'error'],
    ...(stdin || process.tty ? ['--stdin'] : []),
    ...(process.tty ? ['--leave-stdin-open'] : []),
  ]
}

/** conmon's first line on the synchronisation pipe: the pid, or -1 and the script's words. */
const Report = z.object({ pid: z.int().optional(), data: z.int().optional(), message: z.string().optional() })

function readReport(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    let complaints = ''
    const fail = (detail: string) => reject(launchFailed(detail))
    child.once('error', (error) => fail(error.message))
    child.stdio[2]?.on('data', (chunk: Buffer) => {
      if (complaints.length < 8192) complaints += chunk.toString('utf8')
    })
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (!text.includes('\n')) return
      const report = Report.safeParse(parseLine(text)).data
      if ((report?.data ?? report?.pid ?? -1) > 0) resolve()
      else fail(report?.message ?? text + complaints)
    })
    child.stdio[3]?.once('close', () => fail(complaints || text || 'The monitor ended without a word.'))
  })
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text.slice(0, text.indexOf('\n')))
  } catch {
    return null
  }
}

function launchFailed(detail: string): Error {
  const message = 'The micro-VM could not be started. The words of its parts are in the details.'
  return appError('engine', 'start-failed', message, { detail })
}

const Info = z.object({ 'child-pid': z.int().positive() })

/** The process that emulates the machine, which is a child of the one that conmon watches; null where it is not there. */
export async function readMachinePid(run: string): Promise<number | null> {
  const text = await readFile(join(run, scriptFiles.info), 'utf8').catch(() => '')
  try {
    return Info.parse(JSON.parse(text))['child-pid']
  } catch {
    return null
  }
}
