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
  /** False where somebody has removed something of it since it was made. */
  readonly isWhole: (lease: Lease) => boolean
  readonly log: NetworkLog
}

/** A failure to fill is logged and not repeated until the next `fill`: the next sandbox meets the error itself. */
export function createPool({ size, make, release, isWhole, log }: Deps): Pool {
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
  const releases = new Set<Promise<void>>()
  const giveUp = (lease: Lease): void => {
    const released = release(lease)
      .catch((error: unknown) => log.warn({ err: error }, 'A network made in advance was left behind'))
      .finally(() => releases.delete(released))
    releases.add(released)
  }
  return {
    take() {
      if (closed) throw appError('agent-stopping')
      for (let lease = ready.shift(); lease !== undefined; lease = ready.shift()) {
        if (isWhole(lease)) return lease
        giveUp(lease)
      }
      return null
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
      for (const lease of ready.splice(0)) giveUp(lease)
      await Promise.all(releases)
    },
  }
}
