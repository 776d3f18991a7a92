import { readFile, statfs } from 'node:fs/promises'
import type { Finding } from '#contract/agent'
import { formatBytes } from '#contract/byte-size'
import { finding } from '#contract/finding'
import { sentence } from '#contract/sentence'
import { oomScores, readOomScore } from '../../base/process/oom-score.ts'

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
    ...protectionFindings(readOomScore('self')),
  ]
}

/** Of an agent that the kernel did not let lower its score, which is refused without CAP_SYS_RESOURCE. */
export function protectionFindings(score: number | null): readonly Finding[] {
  if (score === null || score <= oomScores.agent) return []
  const title = sentence('memory-protection-missing')
  return [
    finding({ id: 'memory-protection', level: 'warning', title, detail: sentence('memory-protection-missing-detail') }),
  ]
}

export function diskFinding(freeBytes: number, folder: string): Finding {
  const amount = formatBytes(freeBytes)
  if (freeBytes >= 2 * GiB) {
    return finding({ id: 'disk', level: 'ok', title: sentence('disk-free', { amount, room: 'enough' }) })
  }
  const level = freeBytes < 200 * MiB ? 'problem' : 'warning'
  const detail = sentence('disk-free-detail', { folder })
  return finding({ id: 'disk', level, title: sentence('disk-free', { amount, room: 'little' }), detail })
}

export function memoryFinding(availableBytes: number): Finding {
  const amount = formatBytes(availableBytes)
  if (availableBytes >= 512 * MiB) {
    return finding({ id: 'memory', level: 'ok', title: sentence('memory-free', { amount, room: 'enough' }) })
  }
  const title = sentence('memory-free', { amount, room: 'little' })
  return finding({ id: 'memory', level: 'warning', title, detail: sentence('memory-free-detail') })
}
