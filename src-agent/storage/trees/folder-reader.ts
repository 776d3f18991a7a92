import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { appError } from '#contract/app-error'
import type { FileKind } from '#contract/files'
import { startTurn, type Turn } from '../../base/async/yield-turn.ts'
import { nameOf, parentOf } from '../../base/relative-path.ts'
import type { FolderAttributes } from './attribute-reader.ts'
import { heldPlace, holdFolders, isAbsent, O_PATH, orAbsent, placeIn } from './held-folders.ts'
import type { LayerReader, RawFile, RawNode } from './layer-reader.ts'
import { findParts, readUpTo } from './sparse-parts.ts'

/** Of one folder. A tree with more in one has no use but to fill the agent's memory. */
const mostNames = 2_000_000
const namesAtOnce = 4_096

/** A layer that is a folder of this machine, which a guest may be changing at this moment. */
export function openFolderReader(root: string, attributes: FolderAttributes): LayerReader {
  const folders = holdFolders(root)
  const readNode = (place: string, path: string): RawNode | null =>
    orAbsent(() => {
      const at = path === '' ? Buffer.from(`${place}/.`) : placeIn(place, nameOf(path))
      const stat = lstatSync(at, { bigint: true })
      const target = stat.isSymbolicLink() ? readlinkSync(at, { encoding: 'latin1' }) : null
      return describeNode(stat, target, stat.isDirectory() && attributes.isOpaque(path))
    })

  return {
    stat: async (path) => folders.within(parentOf(path), (place) => readNode(place, path)),

    async list(path, isSettled) {
      const found: (readonly [string, RawNode])[] = []
      const below = path === '' ? '' : `${path}/`
      const turn = startTurn()
      await folders.withinAsync(path, async (place) => {
        for (const name of await readNames(place, turn)) {
          if (isSettled(name)) continue
          const node = readNode(place, below + name)
          if (node) found.push([name, node])
          if (turn.isOver()) await turn.yield()
        }
      })
      return found
    },

    open: async (path) => folders.within(parentOf(path), (place) => openFile(placeIn(place, nameOf(path)))),
    attributes: (path) => attributes.read(path),
    close: async () => folders.close(),
  }
}

async function readNames(place: string, turn: Turn): Promise<string[]> {
  const names: string[] = []
  try {
    for await (const { name } of await opendir(place, { encoding: 'latin1', bufferSize: namesAtOnce })) {
      names.push(name)
      if (names.length > mostNames) throw tooManyNames()
      if (turn.isOver()) await turn.yield()
    }
  } catch (error) {
    if (!isAbsent(error)) throw error
  }
  return names
}

function tooManyNames() {
  return appError('folder-too-large', { limit: mostNames })
}

/** Looks at what the name stands for, and opens that very file, not its name once more. None of this waits for a guest. */
function openFile(place: Buffer): RawFile | null {
  const named = orAbsent(() => openSync(place, O_PATH | constants.O_NOFOLLOW))
  if (named === null) return null
  try {
    if (!fstatSync(named).isFile()) return null
    return createRawFile(openSync(heldPlace(named), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY))
  } finally {
    closeSync(named)
  }
}

function createRawFile(descriptor: number): RawFile {
  let isOpen = true
  return {
    node: describeNode(fstatSync(descriptor, { bigint: true }), null, false),
    read: (offset, length) => readUpTo(descriptor, offset, length),
    parts: () => findParts(descriptor),
    async close() {
      if (isOpen) closeSync(descriptor)
      isOpen = false
    },
  }
}

const kinds = new Map<number, FileKind>([
  [constants.S_IFREG, 'file'],
  [constants.S_IFDIR, 'folder'],
  [constants.S_IFLNK, 'link'],
  [constants.S_IFIFO, 'fifo'],
  [constants.S_IFSOCK, 'socket'],
  [constants.S_IFCHR, 'char'],
  [constants.S_IFBLK, 'block'],
])

/** By the upper bits of its mode; null for none that there is. */
export function kindOfMode(mode: number): FileKind | null {
  return kinds.get(mode & constants.S_IFMT) ?? null
}

function describeNode(stat: BigIntStats, target: string | null, isOpaque: boolean): RawNode {
  const mode = Number(stat.mode)
  const kind = kindOfMode(mode) ?? 'file'
  const isDevice = kind === 'char' || kind === 'block'
  const [major, minor] = isDevice ? splitDevice(stat.rdev) : [0, 0]
  return {
    kind,
    size: sizeOf(kind, Number(stat.size)),
    mode: mode & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtimeNs: stat.mtimeNs,
    major,
    minor,
    links: Number(stat.nlink),
    inode: `${stat.dev}:${stat.ino}`,
    target,
    isWhiteout: kind === 'char' && major === 0 && minor === 0,
    isOpaque,
  }
}

/** What a folder takes depends on the file system that it is on, and says nothing of what is in it. */
export function sizeOf(kind: FileKind, size: number): number {
  return kind === 'file' || kind === 'link' ? size : 0
}

/** As `gnu_dev_major` and `gnu_dev_minor`. */
function splitDevice(device: bigint): readonly [major: number, minor: number] {
  const [high, low] = [Number(device >> 32n), Number(device & 0xffffffffn)]
  return [((low >>> 8) & 0xfff) | (high & 0xfffff000), (low & 0xff) | ((low >>> 12) & 0xfff00) | 0]
}
