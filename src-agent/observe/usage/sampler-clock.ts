/** Time, so that tests need none. */
export interface SamplerClock {
  now(): Date
  /** Only goes forward. */
  monotonicMs(): number
  /** Repeats the work until the undo is called; does not keep the process alive. */
  every(ms: number, work: () => void): () => void
}

export const systemClock: SamplerClock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  every(ms, work) {
    const timer = setInterval(work, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
}
