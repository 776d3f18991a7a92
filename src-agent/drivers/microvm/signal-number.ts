import { constants } from 'node:os'

/** `KILL`, `SIGKILL` and `9` are the same; null where it is no signal. */
export function signalNumber(name: string): number | null {
  const number = Number(name)
  if (Number.isInteger(number) && number > 0 && number < 65) return number
  const known: Readonly<Record<string, number>> = constants.signals
  return known[name.startsWith('SIG') ? name : `SIG${name}`] ?? null
}
