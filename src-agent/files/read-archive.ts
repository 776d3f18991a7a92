import { open } from 'node:fs/promises'
import type { HostPath } from '../base/host-path/open-host-path.ts'
import { confine } from '../base/process/confine.ts'
import { joinPath } from '../base/relative-path.ts'
import { compressionOf, decompress, peek } from '../storage/images/compression.ts'
import { readHandle } from '../storage/images/image-source.ts'
import { createArchiveCheck } from '../storage/tar/archive-check.ts'
import { type Content, readEntries, type TarEntry } from '../storage/tar/read-entries.ts'
import type { CopyCount } from './copy-in.ts'
import type { EditFlag } from './edit-protocol.ts'
import type { EditSession } from './edit-session.ts'
import { createSkipped, type Skipped } from './skipped.ts'

interface Read {
  readonly entry: TarEntry
  readonly content: Content
}

/** A tar file that is held open: compressed or not, as often as it is asked for. */
export interface Archive {
  readonly size: number
  read(signal: AbortSignal, onRead?: (position: number) => void): AsyncGenerator<Read>
}

export function archiveOf({ handle, stats }: Pick<HostPath, 'handle' | 'stats'>): Archive {
  return {
    size: Number(stats.size),
    async *read(signal, onRead) {
      const file = await open(`/proc/self/fd/${handle.fd}`, 'r')
      try {
        const { head, all } = await peek(readHandle(file, signal, onRead), 512)
        yield* readEntries(decompress(all, compressionOf(head), confine), { foreign: true })
      } finally {
        await file.close()
      }
    },
  }
}

/** What an archive holds, as it was read once to its end. */
export interface Checked {
  /** Further names of files, by the first. */
  readonly names: ReadonlyMap<string, readonly string[]>
  readonly passes: number
}

/** Refuses an archive that reaches for what is not in it, before anything of it is anywhere. */
export async function checkArchive(archive: Archive, signal: AbortSignal): Promise<Checked> {
  // How much room there is in the sandbox, its own kernel says.
  const check = createArchiveCheck({ bytes: Number.MAX_SAFE_INTEGER, files: Number.POSITIVE_INFINITY }, 'sandbox')
  const names = new Map<string, string[]>()
  const firsts = new Map<string, string>()
  for await (const { entry } of archive.read(signal)) {
    if (check(entry) === null || entry.type !== hardLink) continue
    const first = firsts.get(entry.link) ?? entry.link
    firsts.set(entry.path, first)
    names.set(first, [...(names.get(first) ?? []), entry.path])
  }
  return { names, passes: 1 + Math.max(0, ...[...names.values()].map(({ length }) => length)) }
}

const [regular, hardLink, link, folder, pipe] = ['0', '1', '2', '5', '6']

interface Options {
  /** Where in the tree. */
  readonly target: string
  readonly checked: Checked
  readonly signal: AbortSignal
  readonly onRead: (position: number) => void
}

/**
 * Unpacks what was checked. Each further name of a file becomes a file of its own: it is read once more for each. Ends at the
 * first failure; what is there by then stays, whole.
 */
export async function unpackArchive(
  session: EditSession,
  archive: Archive,
  { target, checked, signal, onRead }: Options,
): Promise<CopyCount> {
  const skipped = createSkipped()
  let [files, bytes] = [0, 0]
  for (let pass = 0; pass < checked.passes; pass += 1) {
    for await (const { entry, content } of archive.read(signal, pass === 0 ? onRead : undefined)) {
      const path = pass === 0 ? entry.path : checked.names.get(entry.path)?.[pass - 1]
      if (path === undefined || path === '' || (pass > 0 && entry.type !== regular)) continue
      const done = await unpackOne(session, { ...entry, path: joinPath(target, path) }, content, skipped)
      if (done === null) continue
      if (entry.type !== folder) files += 1
      bytes += done
    }
  }
  return { files, bytes, ...skipped.list() }
}

/** Gives the bytes that were written; null where it made nothing. */
async function unpackOne(
  session: EditSession,
  { type, path, mode, uid, gid, mtimeNs, link: target, ...entry }: TarEntry,
  content: Content,
  skipped: Skipped,
): Promise<number | null> {
  const flags: EditFlag[] = ['replace', 'merge']
  if (type === folder) {
    await session.change({ op: 'folder', path, mode, uid, gid, flags })
    return 0
  }
  if (type === link) {
    await session.change({ op: 'link', path, other: target, uid, gid, flags })
    return 0
  }
  if (type === regular) {
    const { done } = await session.put(
      { op: 'put', path, mode, uid, gid, mtimeNs, flags: [...flags, 'time'] },
      withHoleLengths(entry, content),
    )
    await done
    return entry.size
  }
  // Its own pass makes it.
  if (type === hardLink) return null
  return skipped.add(path, type === pipe ? 'fifo' : 'device')
}

/** Bytes, and the lengths of holes between them. */
async function* withHoleLengths(
  { parts, size }: Pick<TarEntry, 'parts' | 'size'>,
  content: Content,
): AsyncGenerator<Buffer | number> {
  if (parts === null) {
    yield* content
    return
  }
  let at = 0
  let rest: Buffer = Buffer.alloc(0)
  for (const { start, length } of [...parts, { start: size, length: 0 }]) {
    if (start > at) yield start - at
    at = start
    for (let left = length; left > 0; ) {
      if (rest.length === 0) {
        const next = await content.next()
        if (next.done) return
        rest = next.value
      }
      const piece = rest.subarray(0, left)
      rest = rest.subarray(piece.length)
      left -= piece.length
      at += piece.length
      yield piece
    }
  }
}
