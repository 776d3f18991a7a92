import { appError } from '#contract/app-error'
import type { Lease, NetworkLog } from './network.ts'

/** Leases kept ready. */
export interface Pool {
  /** A ready one, or null. */
  take(): Lease | null
  /** Starts to fill up to the size, unless that is under way. */
  fill(): void
  /** Gives all back, and takes no more. */
  close(): Promise<void>
}

interface Deps {
  readonly size: number
  readonly make: () => Promise<Lease>
  readonly release: (lease: Lease) => Promise<void>
  readonly log: NetworkLog
}

/** A failure to fill is logged and not repeated until the next `fill`: the next sandbox meets the error itself. */
export function createPool({ size, make, release, log }: Deps): Pool {
  const ready: Lease[] = []
  let filling: Promise<void> | null = null
  let closed = false

  const fillUp = async (): Promise<void> => {
    try {
      while (!closed && ready.length < size) ready.push(await make())
    } catch (error) {
      log.warn({ err: error }, 'Networks could not be made in advance')
    }
  }
  return {
    take() {
      if (closed) throw appError('agent-stopping')
      return ready.shift() ?? null
    },
    fill() {
      if (closed) return
      filling ??= fillUp().finally(() => {
        filling = null
      })
    },
    async close() {
      closed = true
      await filling
      const results = await Promise.allSettled(ready.splice(0).map(release))
      for (const result of results) {
        if (result.status === 'rejected') log.warn({ err: result.reason }, 'A network made in advance was left behind')
      }
    },
  }
}
