/** Reports how long each part of a work took. */
export interface Stopwatch {
  /** Ends a part; the next begins. */
  lap(name: string): void
  /** Milliseconds by name. */
  laps(): Readonly<Record<string, number>>
}

export function createStopwatch(now: () => number = () => performance.now()): Stopwatch {
  const laps: Record<string, number> = {}
  let last = now()
  return {
    lap(name) {
      const time = now()
      laps[name] = time - last
      last = time
    },
    laps: () => laps,
  }
}
