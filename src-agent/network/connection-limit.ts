import { readFileSync } from 'node:fs'

const tableFile = '/proc/sys/net/netfilter/nf_conntrack_max'
/** The kernel's own, from 4 GiB of memory on; its table may not be loaded yet. */
const usualTable = 262_144
const share = 8
const least = 1024

/**
 * How many connections to elsewhere one sandbox may have at a time. The kernel follows those of the whole machine in one table, and a
 * machine whose table is full makes no new ones: so a sandbox gets an eighth of it. Connections that have ended stay in it for up
 * to two minutes.
 */
export function connectionLimit(file = tableFile): number {
  return Math.max(least, Math.floor(readSize(file) / share))
}

function readSize(file: string): number {
  try {
    const size = Number(readFileSync(file, 'utf8'))
    return size > 0 ? size : usualTable
  } catch {
    return usualTable
  }
}
