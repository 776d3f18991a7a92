import type { Output } from '../context.ts'

/** What can be made to wait while a slow reader catches up. */
export interface Flow {
  pause(): void
  resume(): void
}

/** Our own output, with back-pressure towards where the bytes come from. */
export interface Outlet {
  write(output: Output, bytes: Uint8Array | string, onWritten?: () => void): void
  /** Resolves when everything written so far has left this process. */
  flushed(): Promise<void>
}

/** The source is paused while any of our outputs is full. */
export function createOutlet(flow: () => Flow): Outlet {
  const full = new Set<Output>()
  let pending = 0
  let waiters: (() => void)[] = []
  const settle = (): void => {
    pending -= 1
    if (pending > 0) return
    for (const done of waiters) done()
    waiters = []
  }
  return {
    write(output, bytes, onWritten) {
      pending += 1
      const roomLeft = output.write(bytes, () => {
        onWritten?.()
        settle()
      })
      if (roomLeft || full.has(output)) return
      full.add(output)
      flow().pause()
      output.once('drain', () => {
        full.delete(output)
        if (full.size === 0) flow().resume()
      })
    },
    flushed: () => (pending === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
  }
}
