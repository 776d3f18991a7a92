import { extract, type Header } from 'tar-stream'
import { AppError } from '#contract/app-error'
import { damaged, truncated } from './archive-refusals.ts'
import type { Bytes } from './byte-reader.ts'

/** One entry. Names are latin1 text: one character per byte, so that nothing is lost of a name that is not UTF-8. */
export interface TarEntry {
  readonly name: string
  readonly link: string
  /** Null for a kind that the reader does not know. */
  readonly type: Header['type'] | null
  readonly size: number
  /** Seconds since 1970, rounded up. */
  readonly modified: number
  /** The owner or the group, whichever is the higher. */
  readonly highestId: number
  readonly pax: Readonly<Record<string, string>>
  /** Of devices, 0 otherwise. */
  readonly major: number
}

export type VisitEntry = (entry: TarEntry, content: Bytes) => Promise<void>

/**
 * Reads a tar file as a stream, with each entry in its order; memory is bounded by the largest header.
 * A visitor reads the content to its end or not at all. Gives how many bytes followed the last entry.
 * `padEnd` takes a last entry whose padding is missing.
 */
export async function readTar(
  source: Bytes,
  visit: VisitEntry,
  { padEnd = false }: { padEnd?: boolean } = {},
): Promise<{ trailingBytes: number }> {
  const reader = extract({ filenameEncoding: 'latin1', allowUnknownFormat: true } as Parameters<typeof extract>[0])
  reader.on('error', () => {}) // reported by the loop below
  let total = 0
  let lastEnd = 0
  let sourceFailure: unknown
  const feeding = (async () => {
    try {
      for await (const chunk of source) {
        total += chunk.length
        if (!reader.write(chunk)) await drain(reader)
        if (reader.destroyed) return
      }
      const missing = (512 - (total % 512)) % 512
      reader.end(padEnd && missing > 0 ? Buffer.alloc(missing) : undefined)
    } catch (error) {
      sourceFailure = error
      reader.destroy(error as Error)
    }
  })()
  try {
    for await (const content of reader) {
      const { header } = content
      await visit(toEntry(header), content as unknown as Bytes)
      content.resume()
      lastEnd = (header as Header & { byteOffset: number }).byteOffset + Math.ceil(header.size / 512) * 512
    }
  } catch (error) {
    throw explain(sourceFailure ?? error)
  } finally {
    reader.destroy()
    await feeding
  }
  return { trailingBytes: total - lastEnd }
}

function drain(reader: ReturnType<typeof extract>): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      reader.off('drain', settle)
      reader.off('close', settle)
      resolve()
    }
    reader.on('drain', settle)
    reader.on('close', settle)
    if (reader.destroyed) settle()
  })
}

function toEntry(header: Header): TarEntry {
  const pax = (header.pax ?? {}) as Record<string, string>
  return {
    name: pax['path'] === undefined ? header.name : asBytes(header.name),
    link: pax['linkpath'] === undefined ? (header.linkname ?? '') : asBytes(header.linkname ?? ''),
    type: header.type,
    size: header.size,
    modified: Math.ceil(Number(pax['mtime'] ?? header.mtime.getTime() / 1000)),
    highestId: Math.max(Number(pax['uid'] ?? header.uid) || 0, Number(pax['gid'] ?? header.gid) || 0),
    pax,
    major: header.devmajor ?? 0,
  }
}

/** Extended headers are UTF-8 and were decoded as such. */
function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** What the source or the visitor says is passed on; the reader's own words are for details. */
function explain(error: unknown): unknown {
  if (error instanceof AppError) return error
  const words = error instanceof Error ? error.message : String(error)
  if (/unexpected end of data/i.test(words)) return truncated()
  return /header/i.test(words) ? damaged(words) : error
}
