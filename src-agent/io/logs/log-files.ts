import { link, open, rename, unlink } from 'node:fs/promises'
import {
  closeFiles,
  describeFile,
  fileId,
  type KeptFile,
  nullIfMissing,
  openFile,
  type SizedFile,
} from './kept-file.ts'
import type { LogCursor } from './log-cursor.ts'
import { createLogReaders } from './log-readers.ts'

/**
 * A place in a log that stays right when the log is rotated: which file, by its identity, and how far in it.
 * Opaque; kept in the record of a sandbox as the start of its latest run.
 */
export type LogPosition = string

/**
 * The log of one sandbox over all its rotations: `log`, and the older `log.1` to `log.3`. The present one has the name
 * `log.1` as well, so that it is still there when the monitor renames the next one over `log`.
 */
export interface LogFiles {
  readonly path: string
  /** The present end. Makes the log where there is none, so that the place is good for what comes first. */
  position(): Promise<LogPosition>
  /** Oldest first. */
  kept(): Promise<readonly KeptFile[]>
  /** The same, open: whatever becomes of their names, they can be read to the size that they had. The caller closes them. */
  openKept(): Promise<readonly SizedFile[]>
  /**
   * Reads from a place on; from the oldest that is kept where that is null or no longer there. `onBehind` is called with how
   * many files the reader has yet to begin.
   */
  open(from: LogPosition | null, onBehind?: (files: number) => void): Promise<LogCursor>
  /** Gives the present file its second name, and moves the older ones on. To be called before the monitor replaces it. */
  keepPresent(): Promise<void>
  /** For a monitor that replaces nothing: it gets its message by `reopen`, which is called once the name is free. */
  rotate(reopen: () => Promise<void>): Promise<void>
  /** To be called before the files are deleted: who reads now keeps open what is left to read. */
  letGo(): Promise<void>
}

const suffixes = ['', '.1', '.2', '.3'] as const
/** There must be one of these per log in the agent: it keeps renaming and reading apart. */
export function createLogFiles(path: string): LogFiles {
  const readers = createLogReaders(path)
  const exclusive = createTurns()
  const keepPresent = () => nameTwice(path)

  return {
    path,
    kept: () => exclusive(() => keptFiles(path)),
    openKept: () => exclusive(() => openKeptFiles(path)),
    position: () => exclusive(() => positionOf(path)),
    open: (from, onBehind) =>
      exclusive(() => readers.open(async () => filesFrom(await keptFiles(path), from), onBehind)),
    keepPresent: () => exclusive(keepPresent),
    rotate: (reopen) =>
      exclusive(async () => {
        await keepPresent()
        readers.expectRemoval()
        await unlink(path).catch(nullIfMissing)
        await reopen()
      }),
    letGo: () => exclusive(() => readers.settle()),
  }
}

async function openKeptFiles(path: string): Promise<readonly SizedFile[]> {
  const opened = await Promise.all(suffixes.map((suffix) => openFile(path + suffix)))
  const different = eachOnce(opened)
  await closeFiles(opened.filter((file) => file !== null).filter((file) => !different.includes(file)))
  return different.reverse()
}

async function keptFiles(path: string): Promise<readonly KeptFile[]> {
  return eachOnce(await Promise.all(suffixes.map((suffix) => describeFile(path + suffix)))).reverse()
}

/** See `LogFiles.keepPresent`. */
async function nameTwice(path: string): Promise<void> {
  const [present, second] = await Promise.all([describeFile(path), describeFile(path + suffixes[1])])
  if (!present || present.id === second?.id) return
  if (second) {
    for (let index = suffixes.length - 1; index > 1; index -= 1) {
      await rename(path + suffixes[index - 1], path + suffixes[index]).catch(nullIfMissing)
    }
  }
  await link(path, path + suffixes[1]).catch(nullIfMissing)
}

/** Those that are there, without further names of the same one. */
function eachOnce<File extends { readonly id: string }>(files: readonly (File | null)[]): File[] {
  const found = files.filter((file) => file !== null)
  return found.filter((file, index) => found.findIndex(({ id }) => id === file.id) === index)
}

/** The place of a byte in a file. */
export function logPosition({ id }: Pick<KeptFile, 'id'>, offset: number): LogPosition {
  return `${id}:${offset}`
}

/** The file that a place is in and the offset there; the start of the oldest where it is not kept. */
export function locate(
  files: readonly KeptFile[],
  from: LogPosition | null,
): { readonly id: string; readonly path: string; readonly offset: number } | null {
  const [id, offset] = (from ?? '').split(':')
  const file = files.find((candidate) => candidate.id === id)
  if (file) return { id: file.id, path: file.path, offset: Math.min(Number(offset), file.size) }
  const oldest = files[0]
  return oldest ? { id: oldest.id, path: oldest.path, offset: 0 } : null
}

/** The files that a place and what comes after it are in, oldest first, and the offset in the first of them. */
function filesFrom(
  files: readonly KeptFile[],
  from: LogPosition | null,
): { readonly files: readonly KeptFile[]; readonly offset: number } {
  const place = locate(files, from)
  return { files: files.slice(files.findIndex(({ id }) => id === place?.id)), offset: place?.offset ?? 0 }
}

async function positionOf(path: string): Promise<LogPosition> {
  const handle = await open(path, 'a', 0o600)
  try {
    const stats = await handle.stat({ bigint: true })
    return logPosition({ id: fileId(stats) }, Number(stats.size))
  } finally {
    await handle.close()
  }
}

/** Runs tasks one after the other. */
function createTurns(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const result = last.then(task)
    last = result.catch(() => undefined)
    return result
  }
}
