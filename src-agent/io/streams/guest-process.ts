import { readdir, readFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { appError } from '#contract/app-error'
import { readKernelText } from '../../base/kernel/kernel-text.ts'

/** A process on the host, distinguished from a later one with the same number by when it started. */
export interface HostProcess {
  readonly pid: number
  readonly startTime: string
}

interface ProcessRow extends HostProcess {
  readonly parent: number
  readonly session: number
}

const pollMs = 5

/**
 * The process whose number an engine writes to the file, once it is there. Null where it has ended already, or
 * `signal` ends the wait.
 */
export async function awaitProcess(pidFile: string, signal: AbortSignal): Promise<HostProcess | null> {
  const pid = await awaitPid(pidFile, signal)
  return pid === null ? null : findProcess(pid)
}

/** The number that an engine writes to the file, once it is there. Null where `signal` ends the wait. */
export async function awaitPid(pidFile: string, signal: AbortSignal): Promise<number | null> {
  for (;;) {
    const pid = await readPid(pidFile)
    if (pid !== null || signal.aborted) return pid
    await sleep(pollMs, undefined, { signal }).catch(() => undefined)
  }
}

/** The number in the file; null where it is not (wholly) written yet. */
export async function readPid(pidFile: string): Promise<number | null> {
  const text = await readFile(pidFile, 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return pid > 0 ? pid : null
}

/** Whether this very process still is there. */
export function isAlive({ pid, startTime }: HostProcess): boolean {
  return findProcess(pid)?.startTime === startTime
}

/**
 * The process, what it started, and what is in its session: children first. Whoever made a session of its own and
 * left its parent is on its own.
 */
export async function processTree(root: HostProcess): Promise<readonly HostProcess[]> {
  const rows = await readProcesses()
  if (!rows.some((row) => row.pid === root.pid && row.startTime === root.startTime)) return []
  const inTree = new Set([root.pid])
  for (let before = 0; before !== inTree.size; ) {
    before = inTree.size
    for (const row of rows) if (inTree.has(row.parent) || row.session === root.pid) inTree.add(row.pid)
  }
  return rows.filter((row) => inTree.has(row.pid)).reverse()
}

async function readProcesses(): Promise<readonly ProcessRow[]> {
  const names = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name))
  const rows = names.map((name) => findProcess(Number(name)))
  return rows.filter((row) => row !== null).sort((one, other) => Number(one.startTime) - Number(other.startTime))
}

/** Null where there is no such process. */
export function readHostProcess(pid: number): HostProcess | null {
  const row = findProcess(pid)
  return row && { pid: row.pid, startTime: row.startTime }
}

function findProcess(pid: number): ProcessRow | null {
  const stat = readKernelText(`/proc/${pid}/stat`) ?? ''
  // The name, in parentheses, is the guest's choice and may hold parentheses and blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [, parent, , session] = fields
  const startTime = fields[19]
  if (startTime === undefined) return null
  return { pid, startTime, parent: Number(parent), session: Number(session) }
}

/** Sends a signal by its canonical name. A process that is gone is not an error. */
export type SignalProcess = (pid: number, signal: NodeJS.Signals) => void

export const signalProcess: SignalProcess = (pid, signal) => {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** `TERM`, `SIGTERM` and `15` are the same signal. */
export function canonicalSignal(name: string): NodeJS.Signals {
  const wanted = name.startsWith('SIG') ? name : `SIG${name}`
  const found = Object.entries(constants.signals).find(([known, number]) => known === wanted || String(number) === name)
  if (found) return found[0] as NodeJS.Signals
  throw appError('signal-unknown', { signal: name })
}

/** Enough for a tree that grows while it is looked at; a fork bomb is the business of its limit. */
const stopPasses = 10

/** Kills it and what it started. All are stopped first, so that none can start another while its parent dies. */
export async function killTree(root: HostProcess, send: SignalProcess): Promise<void> {
  const stopped = new Set<number>()
  for (let pass = 0; pass < stopPasses; pass += 1) {
    const fresh = (await processTree(root)).filter(({ pid }) => !stopped.has(pid))
    if (fresh.length === 0) break
    for (const { pid } of fresh) {
      send(pid, 'SIGSTOP')
      stopped.add(pid)
    }
  }
  for (const pid of stopped) send(pid, 'SIGKILL')
}
