import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 25

/** Whether a process still does something. One that has ended but was not yet reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold anything, so the state is looked for behind the last one.
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
    return state !== 'Z' && state !== 'X'
  } catch {
    return false
  }
}

/** Resolves with whether the process ended before the deadline. */
export async function waitForEnd(pid: number, deadlineMs: number): Promise<boolean> {
  const end = performance.now() + deadlineMs
  while (isAlive(pid)) {
    if (performance.now() > end) return false
    await sleep(pollMs)
  }
  return true
}
