import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'

/** A file of a log that is on disk under one of its names. */
export interface KeptFile {
  readonly path: string
  /** Which file it is, whatever its name. */
  readonly id: string
  readonly size: number
  readonly modifiedMs: number
  /** Orders the files of one log by age. */
  readonly bornNs: bigint
}

export interface OpenFile {
  readonly id: string
  readonly bornNs: bigint
  readonly handle: FileHandle
}

/** An open file, and how much of it there was at one moment. */
export interface SizedFile extends OpenFile {
  readonly size: number
  readonly modifiedMs: number
}

/** Null where there is no such file. */
export async function describeFile(path: string): Promise<KeptFile | null> {
  const stats = await stat(path, { bigint: true }).catch(nullIfMissing)
  if (!stats) return null
  const { size, mtimeMs, birthtimeNs } = stats
  return { path, id: fileId(stats), size: Number(size), modifiedMs: Number(mtimeMs), bornNs: birthtimeNs }
}

/** Null where there is no such file. The caller closes it. */
export async function openFile(path: string): Promise<SizedFile | null> {
  const handle = await open(path, 'r').catch(nullIfMissing)
  if (!handle) return null
  const stats = await handle.stat({ bigint: true })
  const { size, mtimeMs, birthtimeNs } = stats
  return { handle, id: fileId(stats), size: Number(size), modifiedMs: Number(mtimeMs), bornNs: birthtimeNs }
}

export async function closeFiles(files: readonly OpenFile[]): Promise<void> {
  await Promise.all(files.map(({ handle }) => handle.close()))
}

/** The time of birth tells apart two files that got the same inode one after the other. */
export function fileId({ ino, birthtimeNs }: BigIntStats): string {
  return `${ino.toString(36)}-${birthtimeNs.toString(36)}`
}

export function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
