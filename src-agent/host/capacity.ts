import { readFile, statfs } from 'node:fs/promises'
import type { Finding } from '#contract/agent'

const GiB = 1024 ** 3
const MiB = 1024 ** 2

/** Space for images and disks, and memory for what runs. */
export async function examineCapacity(folder: string): Promise<readonly Finding[]> {
  const [{ bavail, bsize }, meminfo] = await Promise.all([
    statfs(folder),
    readFile('/proc/meminfo', 'utf8').catch(() => ''),
  ])
  const availableKiB = Number(/^MemAvailable:\s+(\d+) kB/m.exec(meminfo)?.[1] ?? Number.NaN)
  return [
    diskFinding(bavail * bsize, folder),
    ...(Number.isNaN(availableKiB) ? [] : [memoryFinding(availableKiB * 1024)]),
  ]
}

export function diskFinding(freeBytes: number, folder: string): Finding {
  const title = `${format(freeBytes)} free for images and sandboxes`
  if (freeBytes >= 2 * GiB) return { id: 'disk', level: 'ok', title, detail: null, remedy: null }
  const level = freeBytes < 200 * MiB ? 'problem' : 'warning'
  return {
    id: 'disk',
    level,
    title: `Only ${title}`,
    detail: `In ${folder}. Remove images or sandboxes that you do not need.`,
    remedy: null,
  }
}

export function memoryFinding(availableBytes: number): Finding {
  const title = `${format(availableBytes)} of memory available`
  if (availableBytes >= 512 * MiB) return { id: 'memory', level: 'ok', title, detail: null, remedy: null }
  const detail = 'Sandboxes may be ended for want of memory.'
  return { id: 'memory', level: 'warning', title: `Only ${title}`, detail, remedy: null }
}

function format(bytes: number): string {
  return bytes >= GiB ? `${(bytes / GiB).toFixed(1)} GiB` : `${Math.round(bytes / MiB)} MiB`
}
