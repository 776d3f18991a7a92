import type { Logger } from 'pino'

/** Work that nobody waits for, and that must not be lost sight of: it is logged when it fails and awaited at the agent's end. */
export interface Background {
  run(failure: string, work: Promise<unknown>): void
  /** Resolves when nothing is under way. */
  settled(): Promise<void>
}

export function createBackground(log: Pick<Logger, 'error'>): Background {
  const underWay = new Set<Promise<void>>()
  return {
    run(failure, work) {
      const watched: Promise<void> = work
        .then(
          () => undefined,
          (err: unknown) => log.error({ err }, failure),
        )
        .finally(() => underWay.delete(watched))
      underWay.add(watched)
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
