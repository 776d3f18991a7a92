import { readFile } from 'node:fs/promises'
import { isMonitorOf } from '../base/kernel/host-process.ts'
import { type ChildProcess, start } from '../base/process/run.ts'
import type { SandboxPaths } from '../state/sandbox-paths.ts'
import { findMonitored } from './conmon.ts'

/** Reads to the end of its input, which comes at the latest when the agent dies, and lets the monitor go on. */
const releaseScript = 'read -r _; exec kill -CONT "$1"'
const checkMs = 50

/**
 * Holds a monitor still, so that it takes nothing more of what the guest writes: the guest waits in its next write, as
 * for any reader of a pipe. What the monitor is there for besides waits as well, so it goes on by itself when the main
 * process ends, and when the agent does: a helper that outlives the agent sees to that.
 * Resolves with what lets it go on. Holds nothing where the sandbox does not run.
 */
export async function holdMonitor(id: string, { run }: Pick<SandboxPaths, 'run'>): Promise<() => void> {
  const running = await findMonitored(id, run, null)
  if (!running) return () => {}
  const { pid, monitorPid } = running
  const helper = start('sh', ['-c', releaseScript, 'joey-release', String(monitorPid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  let held = true
  const release = (): void => {
    if (!held) return
    held = false
    clearInterval(checks)
    signal(monitorPid, 'SIGCONT')
    letGo(helper)
  }
  const checks = setInterval(() => {
    void hasEnded(pid).then((ended) => ended && release())
  }, checkMs)
  checks.unref()
  // Without the helper a monitor could stand still for ever.
  helper.once('exit', release)
  helper.once('error', release)
  if (helper.pid !== undefined) signal(monitorPid, 'SIGSTOP')
  return release
}

/** Lets a monitor go on that stands still because of an agent that died together with its helpers. */
export async function releaseMonitor(id: string, monitorPid: number): Promise<void> {
  if (await isMonitorOf(monitorPid, id)) signal(monitorPid, 'SIGCONT')
}

function letGo(helper: ChildProcess): void {
  helper.stdin?.on('error', () => undefined)
  helper.stdin?.end()
  helper.unref()
}

/** A main process that has ended waits for its monitor to take note of it (proc_pid_stat(5): Z, X). */
async function hasEnded(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const state = stat.slice(stat.lastIndexOf(')') + 2)[0]
  return state === undefined || state === 'Z' || state === 'X'
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
