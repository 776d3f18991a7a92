import { randomBytes } from 'node:crypto'
import { closeSync, constants, mkdirSync, openSync, unlinkSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { Run } from '../process/run.ts'

/**
 * Node gives a child socket pairs where it says "pipe". An engine such as crun passes them on to the guest as they
 * are, and there `echo >/dev/stderr` fails: a socket cannot be opened by its name. So these are real pipes, opened
 * by names that are gone a moment later.
 */
export interface Pipes {
  /** For a stream that the child reads. `childEnd` MUST be closed once the child has it. */
  toChild(): Promise<{ readonly childEnd: number; readonly ownEnd: Socket }>
  /** For a stream that the child writes. `childEnd` MUST be closed once the child has it. */
  fromChild(): Promise<{ readonly childEnd: number; readonly ownEnd: Socket }>
}

const batchSize = 48
const refillBelow = 12
const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants

/** Makes its names in `folder`, many at once by one `mkfifo`. The folder belongs to it alone. */
export function createPipes({ folder, run }: { readonly folder: string; readonly run: Run }): Pipes {
  const ready: string[] = []
  let filling: Promise<void> | undefined

  const fill = async (): Promise<void> => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const paths = Array.from({ length: batchSize }, () => join(folder, randomBytes(8).toString('hex')))
    await run('mkfifo', ['-m', '600', ...paths], { timeoutMs: 10_000 })
    ready.push(...paths)
  }
  const refill = (): Promise<void> => {
    filling ??= fill().finally(() => {
      filling = undefined
    })
    return filling
  }
  const take = async (): Promise<string> => {
    for (;;) {
      const path = ready.pop()
      if (path === undefined) {
        await refill()
        continue
      }
      // A failure shows again, and is told, when the last is taken.
      if (ready.length < refillBelow) refill().catch(() => undefined)
      return path
    }
  }

  return {
    async toChild() {
      const path = await take()
      // Each end waits for the other one, but not where the name is open for both.
      return opened(path, O_RDWR, (both) => {
        both.push(openSync(path, O_RDONLY), openSync(path, O_WRONLY | O_NONBLOCK))
        const [, childEnd = -1, fd = -1] = both
        return { childEnd, ownEnd: new Socket({ fd, readable: false, writable: true }) }
      })
    },
    async fromChild() {
      const path = await take()
      return opened(path, O_RDWR, (both) => {
        // The child's end must not be non-blocking: the guest's programs would see EAGAIN.
        both.push(openSync(path, O_WRONLY), openSync(path, O_RDONLY | O_NONBLOCK))
        const [, childEnd = -1, fd = -1] = both
        return { childEnd, ownEnd: new Socket({ fd, readable: true, writable: false }) }
      })
    },
  }
}

function opened<T>(path: string, flags: number, open: (descriptors: number[]) => T): T {
  const descriptors = [openSync(path, flags)]
  try {
    const result = open(descriptors)
    closeSync(descriptors[0] ?? -1)
    return result
  } catch (error) {
    for (const descriptor of descriptors) closeSync(descriptor)
    throw error
  } finally {
    unlinkSync(path)
  }
}
