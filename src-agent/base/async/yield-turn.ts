import { setImmediate } from 'node:timers/promises'

/** Longer than this, the agent answers nobody else. */
const longestMs = 8

export interface Turn {
  /** Whether others have waited long enough. */
  isOver(): boolean
  /** Lets others have their turn. */
  yield(): Promise<void>
}

/** Cuts long work without waiting of its own into slices: `if (turn.isOver()) await turn.yield()`. */
export function startTurn(): Turn {
  let since = performance.now()
  return {
    isOver: () => performance.now() - since > longestMs,
    async yield() {
      await setImmediate()
      since = performance.now()
    },
  }
}
