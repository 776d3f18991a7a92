import { usageError } from '../command/usage-error.ts'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads `90s`, `1h30m`, `250ms`; a bare number means seconds. */
export function parseDuration(option: string, text: string): number {
  const ms = durationMs(text)
  if (ms === undefined) throw usageError('usage-duration', { option, text })
  return ms
}

/** A whole number of seconds, as `stop -t` has it, in milliseconds. */
export function parseGrace(option: string, text: string): number {
  const ms = /^\d{1,6}$/.test(text) ? Number(text) * 1000 : Number.NaN
  if (!(ms <= 600_000)) throw usageError('usage-seconds', { option, text })
  return ms
}

/** A moment: how long ago (`10m`), RFC 3339 (`2026-01-31T12:00:00Z`), a date, or seconds since 1970. */
export function parseSince(option: string, text: string, now: Date): string {
  const moment = sinceMs(text, now)
  const date = new Date(moment ?? Number.NaN)
  if (Number.isNaN(date.getTime())) {
    throw usageError('usage-moment', { option, text })
  }
  return date.toISOString()
}

function sinceMs(text: string, now: Date): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  if (/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text)) return Date.parse(text)
  const ago = durationMs(text)
  return ago === undefined ? undefined : now.getTime() - ago
}

function durationMs(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000)
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined
  let total = 0
  for (const [, number, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(number) * (unitMs[unit ?? ''] ?? Number.NaN)
  }
  return Math.round(total)
}
