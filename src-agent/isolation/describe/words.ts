import type { ObservedLimits } from '../../observe/isolation/facts/observed.ts'

export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${Math.round(value * 10) / 10} ${units[unit]}`
}

export function describeLimits({ memoryBytes, cpus, pids }: ObservedLimits): string {
  const parts = [
    memoryBytes === null ? 'no limit of memory' : formatBytes(memoryBytes),
    cpus === null ? 'no limit of processor time' : `${Math.round(cpus * 100) / 100} cores`,
    pids === null ? 'no limit of processes' : `${pids} processes`,
  ]
  return parts.join(', ')
}
