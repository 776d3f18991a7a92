/** The two largest units: `45s`, `3m 20s`, `2h 5m`, `4d 3h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const days = Math.floor(hours / 24)
  if (days > 0) return join(`${days}d`, hours % 24, 'h')
  if (hours > 0) return join(`${hours}h`, minutes % 60, 'm')
  if (minutes > 0) return join(`${minutes}m`, seconds % 60, 's')
  return `${seconds}s`
}

function join(large: string, small: number, unit: string): string {
  return small === 0 ? large : `${large} ${small}${unit}`
}

/** Cores as people read them: `12 %` of one core, above a core `1.5 cores` is clearer but wider, so per cent it stays. */
export function formatCpu(cores: number): string {
  const percent = cores * 100
  return `${percent >= 99.5 || percent === 0 ? Math.round(percent) : percent.toFixed(1)} %`
}
