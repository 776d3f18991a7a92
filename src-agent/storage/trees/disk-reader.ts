import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '#contract/app-error'
import { startTurn } from '../../base/async/yield-turn.ts'
import { readAttributes } from '../ext4/attributes.ts'
import { damagedDisk } from '../ext4/disk-errors.ts'
import { type Ext4, extentsFlag, type Inode } from '../ext4/ext4.ts'
import { type Extent, readExtents, readSmall } from '../ext4/extents.ts'
import { openUnsettledDisk } from '../ext4/journal.ts'
import { findTopFolder, isFolder, readFolder } from '../ext4/walk.ts'
import type { LayerSource } from '../layers/tree-view.ts'
import { deviceOf } from '../tar/tar-header.ts'
import { kindOfMode, sizeOf } from './folder-reader.ts'
import { isOfOverlay, type LayerReader, opaqueMark, type RawFile, type RawNode } from './layer-reader.ts'

type DiskSource = Extract<LayerSource, { kind: 'disk' }>

/** The disk as it was read at one moment. */
interface Opened {
  readonly disk: Ext4
  /** The folder `upper`; null where a guest has not made it yet. */
  readonly top: Inode | null
  /** Names in folders that were read lately, by inode. */
  readonly names: Map<number, ReadonlyMap<string, number>>
}

const mostTries = 3
const mostFolders = 64
const longestLink = 4096

/** A layer in the folder `upper` of an ext4 image that a guest writes, or has written. */
export async function openDiskReader({ path, settle }: DiskSource): Promise<LayerReader> {
  const file = await open(path, 'r')
  let opened: Promise<Opened> | null = null

  /** What is read while the guest changes it may make no sense: then once more, from the beginning. */
  const attempt = async <T>(work: (opened: Opened) => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      const current = (opened ??= openDisk(file))
      try {
        return await work(await current)
      } catch (error) {
        if (opened === current) opened = null
        if (!settle || tries >= mostTries || !isDamage(error)) throw error
        await settle()
      }
    }
  }
  const findAnd = <T>(at: string, work: (opened: Opened, inode: Inode) => Promise<T>): Promise<T | null> =>
    attempt(async (current) => {
      const inode = await find(current, at)
      return inode && work(current, inode)
    })
  try {
    await attempt(async () => undefined)
  } catch (error) {
    await file.close()
    throw error
  }
  return {
    stat: (at) => findAnd(at, ({ disk }, inode) => describe(disk, inode)),
    list: async (at, isSettled) =>
      (await findAnd(at, async (current, inode) => {
        if (!isFolder(inode)) return []
        const found: (readonly [string, RawNode])[] = []
        const turn = startTurn()
        for (const [name, number] of await namesIn(current, inode)) {
          if (isSettled(name)) continue
          found.push([name, await describe(current.disk, await current.disk.inode(number))])
          if (turn.isOver()) await turn.yield()
        }
        return found
      })) ?? [],
    open: (at) =>
      findAnd(at, async ({ disk }, inode) => {
        const node = await describe(disk, inode)
        return node.kind === 'file' ? createFile(disk, inode, node) : null
      }),
    attributes: async (at) =>
      ((await findAnd(at, ({ disk }, inode) => readAttributes(disk, inode))) ?? []).filter(
        ({ name }) => !isOfOverlay(name),
      ),
    close: () => file.close(),
  }
}

async function openDisk(file: FileHandle): Promise<Opened> {
  const disk = await openUnsettledDisk(file)
  return { disk, top: await findTopFolder(disk, 'upper'), names: new Map() }
}

function isDamage(error: unknown): boolean {
  return error instanceof AppError && error.wire.reason === 'disk-damaged'
}

async function find(opened: Opened, path: string): Promise<Inode | null> {
  let inode = opened.top
  for (const name of path === '' ? [] : path.split('/')) {
    if (inode === null || !isFolder(inode)) return null
    const number = (await namesIn(opened, inode)).get(name)
    inode = number === undefined ? null : await opened.disk.inode(number)
  }
  return inode
}

async function namesIn({ disk, names }: Opened, folder: Inode): Promise<ReadonlyMap<string, number>> {
  const known = names.get(folder.number)
  if (known) return known
  const found = new Map((await readFolder(disk, folder)).map(({ name, number }) => [name, number]))
  for (const oldest of names.keys()) {
    if (names.size < mostFolders) break
    names.delete(oldest)
  }
  names.set(folder.number, found)
  return found
}

async function describe(disk: Ext4, inode: Inode): Promise<RawNode> {
  const kind = kindOfMode(inode.mode)
  if (kind === null || inode.links === 0) throw damagedDisk('an entry names an inode that is not in use')
  const [major, minor] = deviceOf(inode)
  return {
    kind,
    size: sizeOf(kind, inode.size),
    mode: inode.mode & 0o7777,
    uid: inode.uid,
    gid: inode.gid,
    mtimeNs: inode.modified,
    major,
    minor,
    links: inode.links,
    inode: `disk:${inode.number}`,
    target: kind === 'link' ? await readTarget(disk, inode) : null,
    isWhiteout: kind === 'char' && major === 0 && minor === 0,
    isOpaque: kind === 'folder' && (await isOpaque(disk, inode)),
  }
}

async function isOpaque(disk: Ext4, inode: Inode): Promise<boolean> {
  const attributes = await readAttributes(disk, inode)
  return attributes.some(({ name, value }) => name === opaqueMark && value.toString('latin1') === 'y')
}

/** A short target stands in the inode itself. */
async function readTarget(disk: Ext4, inode: Inode): Promise<string> {
  const isInside = (inode.flags & extentsFlag) === 0 && inode.size < inode.place.length
  const target = isInside ? inode.place.subarray(0, inode.size) : await readSmall(disk, inode, longestLink)
  return target.toString('latin1')
}

async function createFile(disk: Ext4, inode: Inode, node: RawNode): Promise<RawFile> {
  const extents = await readExtents(disk, inode)
  const { blockSize } = disk
  return {
    node,
    read: (offset, length) =>
      readExtentBytes(disk, extents, offset, Math.min(length, Math.max(0, inode.size - offset))),
    parts: async () =>
      extents
        .map(({ logical, count }) => ({
          start: logical * blockSize,
          length: Math.min(count * blockSize, inode.size - logical * blockSize),
        }))
        .filter(({ length }) => length > 0),
    close: async () => {},
  }
}

/** Holes read as zeros. */
async function readExtentBytes(
  disk: Ext4,
  extents: readonly Extent[],
  offset: number,
  length: number,
): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const { blockSize } = disk
  const end = offset + length
  for (let index = firstAfter(extents, Math.floor(offset / blockSize)); index < extents.length; index += 1) {
    const extent = extents[index]
    if (extent === undefined || extent.logical * blockSize >= end) break
    const from = Math.max(extent.logical, Math.floor(offset / blockSize))
    const until = Math.min(extent.logical + extent.count, Math.ceil(end / blockSize))
    const content = await disk.readBlocks(extent.physical + from - extent.logical, until - from)
    const skip = Math.max(0, offset - from * blockSize)
    content.copy(bytes, from * blockSize + skip - offset, skip, Math.min(content.length, end - from * blockSize))
  }
  return bytes
}

/** The first that ends after the block; extents ascend. */
function firstAfter(extents: readonly Extent[], block: number): number {
  let [low, high] = [0, extents.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const extent = extents[middle]
    if (extent !== undefined && extent.logical + extent.count <= block) low = middle + 1
    else high = middle
  }
  return low
}
