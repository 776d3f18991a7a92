import type { Program } from './program.ts'

const defaultGraceMs = 2_000

type Ending = Pick<Program, 'pid' | 'exitCode' | 'signalCode' | 'once'>

/**
 * Ends a child that leads its own process group, with everything in that group: TERM, and after the grace KILL.
 * Resolves once the child is reaped. Ending a child that has ended is not an error.
 */
export async function endGroup(child: Ending, graceMs = defaultGraceMs): Promise<void> {
  if (child.pid === undefined) return
  if (!hasEnded(child)) {
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    signalGroup(child.pid, 'SIGTERM')
    const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs)
    await ended
    clearTimeout(timer)
  }
  // The leader is gone, members of its group may have ignored the TERM. A group's number is not given away
  // while it has members.
  signalGroup(child.pid, 'SIGKILL')
}

/** Whether the child has been reaped. */
export function hasEnded(child: Pick<Ending, 'exitCode' | 'signalCode'>): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** Sends a signal to a process group. One that is gone is no error. */
export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch (error) {
    // Gone, or (EPERM) now another user's, which a second try does not change either.
    if (!['ESRCH', 'EPERM'].includes(String((error as NodeJS.ErrnoException).code))) throw error
  }
}
