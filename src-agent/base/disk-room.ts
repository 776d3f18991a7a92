import { statfs } from 'node:fs/promises'

const mebibyte = 2 ** 20
const gibibyte = 2 ** 30
const share = 0.05

export interface DiskRoom {
  readonly bytes: number
  /** Files that can still be made there; infinite on file systems that have no fixed number. */
  readonly files: number
}

/**
 * What is left alone of a disk by all that the agent unpacks or copies to it, for records, logs, and what sandboxes write: 5 %,
 * but at most 2 GiB and at least 64 MiB.
 */
export function reserveOf(diskBytes: number): number {
  return Math.max(64 * mebibyte, Math.min(2 * gibibyte, Math.floor(diskBytes * share)))
}

/** What may be filled on the disk of a folder. */
export async function roomToFill(folder: string): Promise<DiskRoom> {
  return roomOf(await statfs(folder))
}

interface DiskNumbers {
  readonly blocks: number
  readonly bavail: number
  readonly bsize: number
  readonly files: number
  readonly ffree: number
}

export function roomOf({ blocks, bavail, bsize, files, ffree }: DiskNumbers): DiskRoom {
  return {
    bytes: Math.max(0, bavail * bsize - reserveOf(blocks * bsize)),
    files: files === 0 ? Number.POSITIVE_INFINITY : Math.max(0, ffree - Math.floor(files * share)),
  }
}
