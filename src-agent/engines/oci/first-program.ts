import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 1
/** Enough for any machine; a program that the kernel takes longer to load is joined as it is. */
const replacedMs = 5_000

/** What a process runs, to be compared and nothing else. Null where it has ended. */
export function programOf(pid: number): string | null {
  try {
    const { dev, ino } = statSync(`/proc/${pid}/exe`)
    return `${dev}:${ino}`
  } catch {
    return null
  }
}

/**
 * Waits until a process runs something else than `before`, or has ended. A runtime's `start` returns when its process
 * inside was told to become the sandbox's program, which is a moment before it has: crun, up to 1.8.6, cannot join a user
 * namespace in that moment (EPERM, containers/crun issue 1264), so that a command that follows at once would fail.
 */
export async function awaitReplaced(pid: number, before: string): Promise<void> {
  const deadline = performance.now() + replacedMs
  while (programOf(pid) === before && performance.now() < deadline) await sleep(pollMs)
}
