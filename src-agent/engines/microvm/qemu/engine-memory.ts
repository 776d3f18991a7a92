import { readFile } from 'node:fs/promises'

/**
 * What of a cgroup's memory is not the guest's: read from the host's own books of QEMU's process, which no guest can
 * falsify. The guest's memory is the mapping of exactly its size. Null where there is no such mapping.
 */
export async function readEngineMemory(pid: number, inUse: number, guestBytes: number): Promise<number | null> {
  const maps = await readFile(`/proc/${pid}/smaps`, 'utf8').catch(() => '')
  const guest = residentOf(maps, guestBytes)
  return guest === null ? null : Math.max(0, inUse - guest)
}

/** Resident bytes of the one mapping of that size. */
export function residentOf(smaps: string, size: number): number | null {
  const wanted = `Size: ${size / 1024} kB`
  let isGuest = false
  for (const line of smaps.split('\n')) {
    const text = line.replace(/\s+/g, ' ').trim()
    if (text.startsWith('Size:')) isGuest = text === wanted
    else if (isGuest && text.startsWith('Rss:')) return Number(/\d+/.exec(text)?.[0] ?? 0) * 1024
  }
  return null
}
