import type { Writable } from 'node:stream'

/** Resolves when there is room for more; rejects where nobody reads any longer. */
export async function writeAll(out: Writable, bytes: Buffer): Promise<void> {
  if (bytes.length === 0 || out.write(bytes)) return
  await new Promise<void>((resolve, reject) => {
    const settle = (): void => {
      out.off('drain', settle).off('close', settle).off('error', settle)
      if (out.destroyed || out.errored) reject(out.errored ?? new Error('The stream was closed.'))
      else resolve()
    }
    out.once('drain', settle).once('close', settle).once('error', settle)
  })
}
