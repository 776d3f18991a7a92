import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'

/** A file of a log that is on disk under one of its names. */
export interface KeptFile {
  readonly path: string
  /** Which file it is, whatever its name. */
  readonly id: string
  readonly size: number
  readonly modifiedMs: number
}

export interface OpenFile {
  readonly id: string
  readonly handle: FileHandle
}

/** Null where there is no such file. */
export async function describeFile(path: string): Promise<KeptFile | null> {
  const stats = await stat(path, { bigint: true }).catch(nullIfMissing)
  if (!stats) return null
  return { path, id: fileId(stats), size: Number(stats.size), modifiedMs: Number(stats.mtimeMs) }
}

/** Null where there is no such file. The caller closes it. */
export async function openFile(path: string): Promise<OpenFile | null> {
  const handle = await open(path, 'r').catch(nullIfMissing)
  return handle ? { handle, id: fileId(await handle.stat({ bigint: true })) } : null
}

/** The time of birth tells apart two files that got the same inode one after the other. */
export function fileId({ ino, birthtimeNs }: BigIntStats): string {
  return `${ino.toString(36)}-${birthtimeNs.toString(36)}`
}

export function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
