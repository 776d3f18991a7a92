import { formatUnit } from './locale.ts'

/** The two largest units: `45s`, `3m 20s`, `2h 5m`, `4d 3h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const days = Math.floor(hours / 24)
  if (days > 0) return join(formatUnit(days, 'day'), hours % 24, 'hour')
  if (hours > 0) return join(formatUnit(hours, 'hour'), minutes % 60, 'minute')
  if (minutes > 0) return join(formatUnit(minutes, 'minute'), seconds % 60, 'second')
  return formatUnit(seconds, 'second')
}

function join(large: string, small: number, unit: 'hour' | 'minute' | 'second'): string {
  return small === 0 ? large : `${large} ${formatUnit(small, unit)}`
}

/** Cores as people read them: `12 %` of one core, above a core `1.5 cores` is clearer but wider, so per cent it stays. */
export function formatCpu(cores: number): string {
  const percent = cores * 100
  return `${percent >= 99.5 || percent === 0 ? Math.round(percent) : percent.toFixed(1)} %`
}
