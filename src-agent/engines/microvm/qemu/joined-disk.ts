import { open } from 'node:fs/promises'
import type { PartFile } from '../../driver.ts'

/** One of several files that are one disk, and what QEMU needs to put it there; null: it is at the beginning. */
export interface JoinedFile extends PartFile {
  readonly table: string | null
}

const clusterBits = 20
const cluster = 2 ** clusterBits
const entriesInTable = cluster / 8
/** An entry means a cluster of its own, and not one that is not there. */
const own = 1n << 63n
/** The content lies in another file ("external data file" in QEMU's docs/interop/qcow2.txt). */
const contentElsewhere = 4n
/** Counters that nothing counts in, the first table, and those that it leads to: in clusters, behind the header. */
const [countersAt, firstTableAt, tablesAt] = [1, 2, 3]

/**
 * Makes one disk of several files without copying them. Each lies in its own file where it is to be on the disk, behind a
 * hole; a table in QEMU's own format (qcow2) says so, and leaves all other places to the files before it. A board has few
 * slots for disks, and so every machine has the same devices, however many parts its image has. (Each part as a device: five
 * slots are free. VMDK, which joins files by itself: no state can be saved. Tables for files without holes: QEMU refuses them.)
 */
export async function joinFiles(parts: readonly PartFile[], tableOf: (index: number) => string): Promise<JoinedFile[]> {
  const end = Math.max(...parts.map(({ start, bytes }) => start + bytes))
  return Promise.all(
    parts.map(async (part, index) => {
      if (index === 0) return { ...part, table: null }
      await writeTable(tableOf(index), part, end)
      return { ...part, table: tableOf(index) }
    }),
  )
}

async function writeTable(path: string, { start, bytes }: PartFile, end: number): Promise<void> {
  const tables = Math.ceil(end / cluster / entriesInTable)
  const clusters = Array.from({ length: Math.ceil(bytes / cluster) }, (_, index) => start + index * cluster)
  const file = await open(path, 'w', 0o600)
  try {
    await file.write(header(Math.ceil(end / cluster) * cluster, tables), 0, null, 0)
    const first = Array.from({ length: tables }, (_, index) => (tablesAt + index) * cluster)
    await file.write(entries(first), 0, null, firstTableAt * cluster)
    await file.write(entries(clusters), 0, null, tablesAt * cluster + (start / cluster) * 8)
    await file.truncate((tablesAt + tables) * cluster)
  } finally {
    await file.close()
  }
}

function header(size: number, tables: number): Buffer {
  const bytes = Buffer.alloc(112)
  bytes.write('QFI\xfb', 0, 'latin1')
  bytes.writeUInt32BE(3, 4)
  bytes.writeUInt32BE(clusterBits, 20)
  bytes.writeBigUInt64BE(BigInt(size), 24)
  bytes.writeUInt32BE(tables, 36)
  bytes.writeBigUInt64BE(BigInt(firstTableAt * cluster), 40)
  bytes.writeBigUInt64BE(BigInt(countersAt * cluster), 48)
  bytes.writeUInt32BE(1, 56)
  bytes.writeBigUInt64BE(contentElsewhere, 72)
  bytes.writeUInt32BE(4, 96)
  bytes.writeUInt32BE(104, 100)
  return bytes
}

function entries(places: readonly number[]): Buffer {
  const bytes = Buffer.alloc(places.length * 8)
  for (const [index, place] of places.entries()) bytes.writeBigUInt64BE(own | BigInt(place), index * 8)
  return bytes
}
