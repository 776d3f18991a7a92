/** Passes bytes on in fewer, larger pieces while they come thick and fast. */
export interface Coalescer {
  push(bytes: Buffer): void
  /** Passes on what is held. Call it before the end is sent. */
  flush(): void
}

/** Shorter than a frame of the screen, so nobody sees the wait. */
const gatherMs = 4
const largestPiece = 64 * 1024

/**
 * The first bytes after a pause go on at once: what is typed is echoed without delay. A flood comes in pieces of about
 * a kilobyte, each of which would cost agent, socket and screen a message of its own; those are gathered.
 */
export function createCoalescer(
  deliver: (bytes: Buffer) => void,
  now: () => number = () => performance.now(),
): Coalescer {
  let held: Buffer[] = []
  let heldBytes = 0
  let flushedAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (heldBytes === 0) return
    const piece = held.length === 1 && held[0] ? held[0] : Buffer.concat(held, heldBytes)
    held = []
    heldBytes = 0
    flushedAt = now()
    deliver(piece)
  }

  return {
    flush,
    push(bytes) {
      if (bytes.length === 0) return
      held.push(bytes)
      heldBytes += bytes.length
      if (heldBytes >= largestPiece || now() - flushedAt >= gatherMs) flush()
      else timer ??= setTimeout(flush, gatherMs)
    },
  }
}
