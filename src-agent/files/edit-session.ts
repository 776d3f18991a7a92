import { stoppedBy } from '../base/process/tool-errors.ts'
import { createLink, type EditChild, type Link } from './edit-link.ts'
import {
  contentDropped,
  contentEnd,
  type EditFrame,
  encodeFrame,
  encodeHole,
  largestPart,
  partHeader,
} from './edit-protocol.ts'

/** Content of a file: bytes, or the length of a hole. */
export type Content = AsyncIterable<Buffer | number> | Iterable<Buffer | number>

/** Changes of files, one after the other. A failure of one does not end the session. */
export interface EditSession {
  /** Resolves with how many things were changed. Rejects with what the person is to know. */
  change(frame: EditFrame): Promise<number>
  /**
   * Resolves when the content has been taken; `done` resolves when the file is there. Where the content fails or the signal
   * aborts, nothing is there under the name.
   */
  put(frame: EditFrame, content: Content): Promise<{ readonly done: Promise<number> }>
}

const endMs = 5_000
const zeros = Buffer.alloc(largestPart)

/** Runs the work with the program, and ends it. When this settles nothing of it runs any more. */
export async function withEditSession<T>(
  child: EditChild,
  signal: AbortSignal,
  work: (session: EditSession) => Promise<T>,
): Promise<T> {
  const link = createLink(child)
  const onAbort = (): void => link.fail(stoppedBy(signal))
  try {
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    await link.ready
    return await work({
      async change(frame) {
        const answer = link.request(frame)
        await link.send([encodeFrame(frame)])
        return answer
      },
      async put(frame, content) {
        const done = link.request(frame)
        await link.send([encodeFrame(frame)])
        await sendContent(link, content)
        return { done }
      },
    })
  } finally {
    signal.removeEventListener('abort', onAbort)
    await end(child, link)
  }
}

/** An end of the input in the middle of a file makes the program take back what it has of it. */
async function end(child: EditChild, link: Link): Promise<void> {
  link.close()
  child.stdin.end()
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), endMs).unref())
  if ((await Promise.race([child.ended, late])) === 'late') await child.kill()
  child.stdin.destroy()
  child.stdout.destroy()
}

async function sendContent(link: Link, content: Content): Promise<void> {
  try {
    for await (const part of content) {
      if (typeof part === 'number') await link.send([encodeHole(part)])
      else if (part.length > 0 && part.equals(zeros.subarray(0, part.length)))
        await link.send([encodeHole(part.length)])
      else if (part.length > 0) await link.send([partHeader(part.length), part])
    }
  } catch (error) {
    await link.send([contentDropped])
    throw error
  }
  await link.send([contentEnd])
}
