import { setImmediate } from 'node:timers/promises'

/** Longer than this, the agent answers nobody else. */
const longestMs = 8

export interface Breath {
  /** Whether others have waited long enough. */
  isDue(): boolean
  /** Lets others have their turn. */
  take(): Promise<void>
}

/** Cuts long work without waiting of its own into slices: `if (breath.isDue()) await breath.take()`. */
export function createBreath(): Breath {
  let since = performance.now()
  return {
    isDue: () => performance.now() - since > longestMs,
    async take() {
      await setImmediate()
      since = performance.now()
    },
  }
}
