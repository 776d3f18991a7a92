import { chmod, chown, mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Writable } from 'node:stream'
import { AppError, appError } from '#contract/app-error'
import type { Run } from '../../base/process/run.ts'
import { stoppedBy } from '../../base/process/tool-errors.ts'
import { parentOf } from '../../base/relative-path.ts'
import { damagedDisk, noSpace, tooMuchOnDisk } from './disk-errors.ts'
import { type SocketNode, type TarOptions, writeTar } from './disk-to-tar.ts'
import { createDiskTools, type DiskTools } from './disk-tools.ts'
import { openExt4 } from './ext4.ts'
import { measureLayer } from './layer-to-disk.ts'
import { restoreTimes } from './restore-times.ts'
import { makeSocket } from './sockets.ts'
import { findTopFolder } from './walk.ts'

/** Owner and mode of the root inside. */
export interface RootFolder {
  readonly uid: number
  readonly gid: number
  readonly mode: number
}

interface Work {
  readonly signal: AbortSignal
  /** 0 to 1. */
  readonly onProgress?: (share: number) => void
}

export interface MakeDisk extends Work {
  /** The file to make. MUST not exist. */
  readonly disk: string
  /** What it shall hold: a writable layer as a folder, or nothing but a root of this owner and mode. */
  readonly from: { readonly upper: string } | { readonly root: RootFolder }
  /** Its size, which is refused where its content does not fit; null: the usual one. */
  readonly bytes?: number | null
}

export interface GrowDisk extends Work {
  readonly disk: string
  /** What it shall have. No disk is made smaller. */
  readonly bytes: number
}

export interface ReadDisk extends Work {
  readonly disk: string
  /** The folder to make. MUST not exist. */
  readonly upper: string
}

/** Turns the writable layer of a sandbox from a folder into an ext4 image and back. No guest runs in it meanwhile. */
export interface DiskConverter {
  /** When it resolves, the whole disk is on the medium under its name; when it rejects, nothing is there. */
  makeDisk(request: MakeDisk): Promise<void>
  /** When it resolves, the whole folder is on the medium under its name; when it rejects, nothing is there. */
  readDisk(request: ReadDisk): Promise<void>
  /** Gives a disk more room. Safe to repeat: what was interrupted is finished by the next attempt. */
  growDisk(request: GrowDisk): Promise<void>
}

const gibibyte = 2 ** 30
const usualSize = 10 * gibibyte
const usualInodes = 262_144
/** Beyond this much of what is free, a disk that fills up would fill up this machine. */
export const mostOfFree = 0.8
/** Tables, journal and a little room. */
const overhead = 64 * 2 ** 20
const inodeBytes = 256
/** As on the usual disk, but no fewer than on its smallest. */
const [bytesPerInode, leastInodes] = [40_960, 4_096]

export function createDiskConverter(run: Run, tools: DiskTools = createDiskTools(run)): DiskConverter {
  return {
    makeDisk: (request) => inParts(request.disk, request.signal, (part) => makePart(tools, request, part)),
    readDisk: (request) => inParts(request.upper, request.signal, (part) => readPart(tools, request, part)),
    async growDisk({ disk, bytes, signal }) {
      if ((await stat(disk)).size >= bytes) return
      await tools.settle(disk, signal)
      await tools.grow(disk, bytes, signal)
      await syncPath(disk)
    },
  }
}

/** Work on a name beside the wished one, which comes into being whole or not at all. */
async function inParts(path: string, signal: AbortSignal, work: (part: string) => Promise<void>): Promise<void> {
  const part = `${path}.part`
  const clear = () => rm(part, { recursive: true, force: true, maxRetries: 3 })
  try {
    if (signal.aborted) throw stoppedBy(signal)
    await clear()
    await work(part)
    await rename(part, path)
    await syncPath(dirname(path))
  } catch (error) {
    await clear()
    throw signal.aborted ? stoppedBy(signal) : await explainFull(error, dirname(path))
  }
}

/** Somebody else has filled the medium meanwhile. */
async function explainFull(error: unknown, folder: string): Promise<AppError> {
  const failure = AppError.from(error)
  return isFull(failure) ? noSpace(overhead, await freeBytes(folder)) : failure
}

function isFull({ wire: { reason, detail = '' } }: AppError): boolean {
  const words = /No space left on device|ENOSPC|Could not allocate (block|inode)/
  return reason !== 'disk-limit-below-use' && words.test(detail)
}

async function makePart(tools: DiskTools, request: MakeDisk, part: string): Promise<void> {
  const { from } = request
  const { bytes: size = null } = request
  if ('upper' in from) return copyIn(tools, request, { upper: from.upper, size }, part)
  const root = `${part}.root`
  try {
    await makeRoot(root, from.root)
    await format(tools, request.signal, { part, upper: root, bytes: 0, entries: 1, size })
    await syncPath(part)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

async function copyIn(
  tools: DiskTools,
  { signal, onProgress }: Work,
  { upper, size }: { readonly upper: string; readonly size: number | null },
  part: string,
): Promise<void> {
  const layer = await measureLayer(upper, signal)
  onProgress?.(0.1)
  await format(tools, signal, { part, upper, size, ...layer })
  onProgress?.(0.7)
  await restoreTimes(tools, { disk: part, layer: upper, entries: layer.entries, signal })
  await tools.check(part, signal)
  onProgress?.(0.9)
  await syncPath(part)
  onProgress?.(1)
}

interface Format {
  readonly part: string
  readonly upper: string
  readonly bytes: number
  readonly entries: number
  readonly size: number | null
}

async function format(
  tools: DiskTools,
  signal: AbortSignal,
  { part, upper, bytes, entries, size: wanted }: Format,
): Promise<void> {
  const fitting = Math.max(leastInodes, Math.floor((wanted ?? usualSize) / bytesPerInode))
  const inodes = Math.max(wanted === null ? usualInodes : fitting, Math.ceil(entries * 1.5))
  const size = await chooseSize(dirname(part), wanted, { bytes, inodes })
  const file = await open(part, 'wx', 0o600)
  try {
    await file.truncate(size)
  } finally {
    await file.close()
  }
  await tools.make({ disk: part, upper, inodes }, signal).catch((error: unknown) => {
    throw wanted !== null && isFull(AppError.from(error)) ? tooSmall(wanted, AppError.from(error)) : error
  })
}

/** What shall be on it is more than the size that was wished. */
function tooSmall(wanted: number, { wire: { detail = '' } }: AppError): AppError {
  return appError('disk-limit-below-use', { wanted: Math.floor(wanted / 2 ** 20) }, { detail })
}

async function makeRoot(path: string, { uid, gid, mode }: RootFolder): Promise<void> {
  await rm(path, { recursive: true, force: true })
  await mkdir(path)
  await chown(path, uid, gid)
  await chmod(path, mode & 0o7777)
}

/** Sparse, so its size costs nothing; but a guest that fills it shall not fill this machine. */
async function chooseSize(
  folder: string,
  wanted: number | null,
  { bytes: contentBytes, inodes }: { readonly bytes: number; readonly inodes: number },
): Promise<number> {
  const free = await freeBytes(folder)
  const needed = Math.ceil(contentBytes * 1.1) + overhead
  if (needed > free) throw noSpace(needed, free)
  // Who has chosen a size gets that, whatever is free now; it is taken only as it is used.
  const usual = () => {
    const least = needed + inodes * inodeBytes + contentBytes
    return Math.max(least, Math.min(usualSize, Math.floor(free * mostOfFree)))
  }
  const size = wanted ?? usual()
  return Math.ceil(size / 2 ** 20) * 2 ** 20
}

async function readPart(tools: DiskTools, request: ReadDisk, part: string): Promise<void> {
  const { disk, signal, onProgress } = request
  const { blocks, size } = await stat(disk)
  const stored = blocks * 512
  const free = await freeBytes(dirname(part))
  if (stored > free) throw noSpace(stored, free)
  await tools.settle(disk, signal)
  onProgress?.(0.1)
  await mkdir(part, { mode: 0o700 })
  const budget = Math.min(size, Math.floor(free * mostOfFree))
  const options: TarOptions = {
    maxBytes: budget,
    tooMuch: () => (budget < size ? noSpace(size, free) : tooMuchOnDisk(`more than ${size} bytes in files`)),
    signal,
    onBytes: (bytes) => onProgress?.(0.1 + 0.8 * Math.min(1, bytes / Math.max(1, stored))),
  }
  const sockets = await unpackDisk(tools, disk, part, options)
  if (sockets.length > 0) {
    for (const socket of sockets) await makeSocket(part, socket)
    const only = new Set(sockets.map(({ path }) => parentOf(path)))
    await unpackDisk(tools, disk, part, { ...options, only })
  }
  onProgress?.(0.95)
  await tools.sync(part)
  onProgress?.(1)
}

async function unpackDisk(tools: DiskTools, disk: string, part: string, options: TarOptions): Promise<SocketNode[]> {
  const file = await open(disk, 'r')
  try {
    const image = await openExt4(file)
    const top = await findTopFolder(image, 'upper')
    if (top === null) throw damagedDisk('the folder "upper" is missing')
    let sockets: SocketNode[] = []
    const write = async (out: Writable) => {
      sockets = await writeTar(image, top, out, options)
    }
    await tools.unpack(part, write, options.signal)
    return sockets
  } finally {
    await file.close()
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** A folder's names as well as a file's content. */
async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
