import { constants } from 'node:os'

/** The number of TERM, SIGTERM, sigterm or 15; null where there is no such signal. */
export function signalNumber(name: string): number | null {
  if (/^[0-9]+$/.test(name)) return Number(name) >= 1 && Number(name) <= 64 ? Number(name) : null
  const upper = name.toUpperCase()
  const full = upper.startsWith('SIG') ? upper : `SIG${upper}`
  const known = (constants.signals as Record<string, number>)[full]
  if (known !== undefined) return known
  const realTime = /^SIGRTMIN(?:\+([0-9]{1,2}))?$/.exec(full)
  return realTime ? 34 + Number(realTime[1] ?? 0) : null
}
