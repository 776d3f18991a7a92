import type { Writable } from 'node:stream'
import type { AppError } from '#contract/app-error'
import { attributeRecord, header, linkType, padding, record } from '../tar/tar-header.ts'
import { readAttributes } from './attributes.ts'
import { damagedDisk } from './disk-errors.ts'
import type { Ext4, Inode } from './ext4.ts'
import { type Extent, readExtents, readSmall } from './extents.ts'
import { kindOf, walkDisk } from './walk.ts'

/** A node that tar has no word for. */
export interface SocketNode {
  readonly path: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly modified: bigint
}

export interface TarOptions {
  /** More content than this is refused with `tooMuch`. */
  readonly maxBytes: number
  readonly tooMuch: () => AppError
  /** These folders and nothing else, to set their times once more. */
  readonly only?: ReadonlySet<string>
  readonly signal: AbortSignal
  /** Called now and then with the bytes of content so far. */
  readonly onBytes?: (bytes: number) => void
}

const chunkBytes = 1024 * 1024
/** Two blocks of zeros end an archive. */
const endBytes = 1024
const longestLink = 4096
const kinds = new Map([
  [0o040000, '5'],
  [0o100000, '0'],
  [0o120000, '2'],
  [0o020000, '3'],
  [0o060000, '4'],
  [0o010000, '6'],
])
const socketKind = 0o140000
const [folderType, fileType] = ['5', '0']

/**
 * Writes a tree of the disk as a tar stream that GNU tar unpacks exactly: bytes of names, nanoseconds, attributes, holes,
 * hard links, devices. Gives the sockets, for which tar has no word. The reader of the stream sets the pace.
 */
export async function writeTar(disk: Ext4, top: Inode, out: Writable, options: TarOptions): Promise<SocketNode[]> {
  const sockets: SocketNode[] = []
  const firstPlaces = new Map<number, string>()
  let bytes = 0
  const spend = (more: number): void => {
    bytes += more
    if (bytes > options.maxBytes) throw options.tooMuch()
    options.signal.throwIfAborted()
    options.onBytes?.(bytes)
  }
  for await (const { path, inode } of walkDisk(disk, top)) {
    options.signal.throwIfAborted()
    if (options.only && !options.only.has(path)) continue
    const kind = kindOf(inode)
    const firstPlace = firstPlaces.get(inode.number)
    if (firstPlace !== undefined) {
      await put(out, header({ path, type: linkType, link: firstPlace, size: 0, inode, records: [] }))
    } else if (kind === socketKind) {
      sockets.push({ path, mode: inode.mode & 0o7777, uid: inode.uid, gid: inode.gid, modified: inode.modified })
    } else {
      if (kinds.get(kind) !== folderType && inode.links > 1) firstPlaces.set(inode.number, path)
      await putNode({ disk, out, spend }, path, inode)
    }
  }
  await put(out, Buffer.alloc(endBytes))
  return sockets
}

/** Where content comes from and goes to. */
interface Copy {
  readonly disk: Ext4
  readonly out: Writable
  /** Counts content, and refuses too much of it. */
  readonly spend: (bytes: number) => void
}

async function putNode(copy: Copy, path: string, inode: Inode) {
  const { disk, out } = copy
  const type = kinds.get(kindOf(inode))
  if (type === undefined) throw damagedDisk(`inode ${inode.number} is of no known kind`)
  const records = (await readAttributes(disk, inode)).map(attributeRecord)
  if (type !== fileType) {
    const link = type === '2' ? await readLink(disk, inode) : ''
    await put(out, header({ path, type, link, size: 0, inode, records }))
    return
  }
  const extents = clip(await readExtents(disk, inode), inode.size, disk.blockSize)
  const stored = extents.reduce((sum, extent) => sum + extent.bytes, 0)
  const map = stored === inode.size ? Buffer.alloc(0) : sparseMap(extents, inode.size, disk.blockSize)
  if (map.length > 0) records.push(...sparseRecords(path, inode.size))
  await put(out, header({ path, type, link: '', size: map.length + stored, inode, records }))
  if (map.length > 0) await put(out, map)
  await putContent(copy, extents)
  await put(out, padding(map.length + stored))
}

interface Part extends Extent {
  /** Without what lies beyond the end of the file. */
  readonly bytes: number
}

function clip(extents: readonly Extent[], size: number, unit: number): Part[] {
  return extents.flatMap((extent) => {
    const bytes = Math.min(extent.count * unit, size - extent.logical * unit)
    return bytes > 0 ? [{ ...extent, bytes }] : []
  })
}

/** GNU's sparse format 1.0: the count, then start and length of each part, as lines before the content. */
function sparseMap(parts: readonly Part[], size: number, unit: number): Buffer {
  const places = parts.map(({ logical, bytes }) => `${logical * unit}\n${bytes}\n`)
  // A hole at the end is marked by an empty part there.
  const lines = Buffer.from([`${parts.length + 1}\n`, ...places, `${size}\n0\n`].join(''))
  return Buffer.concat([lines, padding(lines.length)])
}

function sparseRecords(path: string, size: number): Buffer[] {
  const values = {
    'GNU.sparse.major': '1',
    'GNU.sparse.minor': '0',
    'GNU.sparse.name': `./${path}`,
    'GNU.sparse.realsize': `${size}`,
  }
  return Object.entries(values).map(([key, value]) => record(key, Buffer.from(value, 'latin1')))
}

async function putContent({ disk, out, spend }: Copy, parts: readonly Part[]) {
  const blocks = chunkBytes / disk.blockSize
  for (const { physical, count, bytes } of parts) {
    for (let at = 0; at < count && at * disk.blockSize < bytes; at += blocks) {
      const chunk = await disk.readBlocks(physical + at, Math.min(blocks, count - at))
      const wanted = chunk.subarray(0, bytes - at * disk.blockSize)
      spend(wanted.length)
      await put(out, wanted)
    }
  }
}

/** A short target stands in the inode itself. */
async function readLink(disk: Ext4, inode: Inode): Promise<string> {
  const isInside = (inode.flags & 0x80000) === 0 && inode.size < inode.place.length
  const target = isInside ? inode.place.subarray(0, inode.size) : await readSmall(disk, inode, longestLink)
  if (target.length === 0 || target.includes(0)) throw damagedDisk('a link leads nowhere')
  return target.toString('latin1')
}

/** Resolves when there is room for more. Rejects where nobody reads any longer. */
async function put(out: Writable, bytes: Buffer): Promise<void> {
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
