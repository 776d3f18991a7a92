import type { HealthCheck } from '#contract/health'
import { shortestCheckMs } from '#contract/words'
import type { Values } from '../command/flags.ts'
import { usageError } from '../command/usage-error.ts'
import type { healthFlags } from '../verbs/shared/health-flags.ts'
import { parseWhole } from './size.ts'
import { parseDuration } from './time.ts'

type HealthFlags = Values<typeof healthFlags>

/** Reads the options of the check of health. As in Docker 0 stands for the usual value. Undefined: none is given. */
export function readHealth(flags: HealthFlags): HealthCheck | undefined {
  const span = (option: keyof HealthFlags & `health-${string}`, least: number): number | null => {
    const text = flags[option]
    if (text === undefined) return null
    const ms = parseDuration(`--${option}`, text)
    if (ms !== 0 && ms < least) throw usageError('usage-check-short', { option: `--${option}`, text, least })
    return ms === 0 ? null : ms
  }
  const check = {
    command: commandOf(flags),
    intervalMs: span('health-interval', shortestCheckMs),
    timeoutMs: span('health-timeout', shortestCheckMs),
    retries: retriesOf(flags),
    startPeriodMs: span('health-start-period', 0),
    startIntervalMs: span('health-start-interval', shortestCheckMs),
  }
  const isGiven = Object.values(check).some((value) => value !== null)
  if (flags['no-healthcheck'] !== true) return isGiven ? check : undefined
  if (isGiven) throw usageError('usage-no-healthcheck')
  return { ...check, command: [] }
}

function commandOf({ 'health-cmd': line }: HealthFlags): string[] | null {
  return line === undefined || line === '' ? null : ['/bin/sh', '-c', line]
}

function retriesOf({ 'health-retries': text }: HealthFlags): number | null {
  if (text === undefined) return null
  const retries = parseWhole(text)
  if (retries === undefined || retries > 1_000_000) throw usageError('usage-retries', { text })
  return retries === 0 ? null : retries
}
