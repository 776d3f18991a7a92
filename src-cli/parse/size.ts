import { usageError } from '../command/usage-error.ts'

const powers: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 }

/** Below this no runtime starts; the contract says the same. */
export const leastMemoryBytes = 6 * 1024 * 1024
const mostMemoryBytes = 2 ** 50

/** Reads `64m`, `1.5g`, `512MiB`, `1048576`: powers of 1024, as Docker has it. */
export function parseSize(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([bkmgtp])(?:i?b)?)?$/i.exec(text.trim())
  if (!match) throw usageError('usage-size', { option, text })
  const power = powers[(match[2] ?? 'b').toLowerCase()] ?? 0
  return Math.round(Number(match[1]) * 1024 ** power)
}

/** A memory limit; 0 lifts it. */
export function parseMemory(option: string, text: string): number | null {
  const bytes = parseSize(option, text)
  if (bytes === 0) return null
  if (bytes < leastMemoryBytes) throw usageError('usage-memory', { option, text, bound: 'least' })
  if (bytes > mostMemoryBytes) throw usageError('usage-memory', { option, text, bound: 'most' })
  return bytes
}

/** Below this a disk has no room for its own tables; the contract says the same. */
const [leastDiskBytes, mostDiskBytes] = [64 * 1024 * 1024, 2 ** 44]

/** A limit of the disk; 0 lifts it. */
export function parseDisk(option: string, text: string): number | null {
  const bytes = parseSize(option, text)
  if (bytes === 0) return null
  if (bytes < leastDiskBytes) throw usageError('usage-disk', { option, text, bound: 'least' })
  if (bytes > mostDiskBytes) throw usageError('usage-disk', { option, text, bound: 'most' })
  return bytes
}

/** A share of cores, `0.3` or `2`; 0 lifts the limit. */
export function parseCpus(option: string, text: string): number | null {
  const cpus = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
  if (cpus > 1024) throw usageError('usage-cpus', { option, text, what: 'most' })
  if (Number.isNaN(cpus) || (cpus > 0 && cpus < 0.01)) {
    throw usageError('usage-cpus', { option, text, what: 'form' })
  }
  return cpus === 0 ? null : cpus
}

/** A number of processes; 0 and -1 lift the limit, as Docker has it. */
export function parsePids(option: string, text: string): number | null {
  if (text === '0' || text === '-1') return null
  const pids = parseWhole(text)
  if (pids === undefined || pids > 4_194_304) {
    throw usageError('usage-pids', { option, text })
  }
  return pids
}

/** A whole number without sign, or nothing. */
export function parseWhole(text: string): number | undefined {
  if (!/^\d{1,15}$/.test(text)) return undefined
  return Number(text)
}
