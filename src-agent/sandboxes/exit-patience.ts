import type { Hints } from '../base/async/hints.ts'

/** How long somebody waits for the end of a run, and how others cut that short. */
export interface Patience {
  /** For the holder of the sandbox's lock: puts the end on record as soon as it is there. False when it was not in time. */
  settleWithin(id: string, waitMs: number): Promise<boolean>
  /** The same for one that was asked to end, unless somebody who waits for the lock has less patience; see `hurry`. */
  settleWithGrace(id: string, graceMs: number): Promise<boolean>
  /**
   * Whoever holds the lock gives a process that was asked to end no longer than this from now. For those who wait for the
   * lock themselves, as `kill` does behind a long `stop`. Returns its own undo.
   */
  hurry(id: string, graceMs: number): () => void
}

/** A safety net under the folder watch while somebody holds the lock and waits. */
const recheckMs = 250

/** `settleIfEnded` puts an end on record, and reports whether there was one. */
export function createPatience(exitHints: Hints, settleIfEnded: (id: string) => Promise<boolean>): Patience {
  const impatience = createImpatience()
  const settleBy = async (id: string, deadline: () => number): Promise<boolean> => {
    for (;;) {
      if (await settleIfEnded(id)) return true
      const left = deadline() - Date.now()
      if (left <= 0) return false
      await exitHints.next(id, Math.min(left, recheckMs))
    }
  }
  return {
    settleWithin(id, waitMs) {
      const deadline = Date.now() + waitMs
      return settleBy(id, () => deadline)
    },
    settleWithGrace(id, graceMs) {
      const deadline = Date.now() + graceMs
      return settleBy(id, () => Math.min(deadline, impatience.deadline(id)))
    },
    hurry(id, graceMs) {
      const withdraw = impatience.add(id, Date.now() + graceMs)
      exitHints.give(id)
      return withdraw
    },
  }
}

/** Until when those who wait for the lock of a sandbox would have its process end. */
interface Impatience {
  /** Returns its own undo. */
  add(id: string, deadline: number): () => void
  /** Of the least patient. */
  deadline(id: string): number
}

function createImpatience(): Impatience {
  const wanted = new Map<string, Set<{ readonly deadline: number }>>()
  return {
    add(id, deadline) {
      const wish = { deadline }
      const wishes = wanted.get(id) ?? new Set()
      wanted.set(id, wishes.add(wish))
      return () => {
        wishes.delete(wish)
        if (wishes.size === 0 && wanted.get(id) === wishes) wanted.delete(id)
      }
    },
    deadline: (id) => Math.min(...[...(wanted.get(id) ?? [])].map(({ deadline }) => deadline)),
  }
}
