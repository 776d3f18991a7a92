import type { HealthCheck } from '#contract/health'
import { shortestCheckMs } from '#contract/words'
import type { Configuration } from './oci-schemas.ts'

type Described = NonNullable<Configuration['config']>['Healthcheck']

const nanosecondsOfMs = 1_000_000
const longestMs = 2 ** 40
const mostRetries = 1_000_000

/** What an image says of how it is checked, in Docker's form, whose 0 stands for the usual value. Null: nothing. */
export function toHealthCheck(described: Described): HealthCheck | null {
  if (!described) return null
  const command = commandOf(described.Test ?? [])
  const ms = (nanoseconds: number | null | undefined, least: number): number | null => {
    if (!nanoseconds || !(nanoseconds > 0)) return null
    return Math.min(longestMs, Math.max(least, Math.round(nanoseconds / nanosecondsOfMs)))
  }
  const { Interval, Timeout, StartPeriod, StartInterval, Retries } = described
  return {
    command,
    intervalMs: ms(Interval, shortestCheckMs),
    timeoutMs: ms(Timeout, shortestCheckMs),
    retries: Retries && Retries >= 1 ? Math.min(mostRetries, Math.floor(Retries)) : null,
    startPeriodMs: ms(StartPeriod, 0),
    startIntervalMs: ms(StartInterval, shortestCheckMs),
  }
}

/** Words that no one knows say nothing: Docker does not check such an image either. */
function commandOf([kind, ...rest]: readonly string[]): string[] | null {
  if (kind === 'NONE') return []
  if (kind === 'CMD' && rest.length > 0) return rest
  if (kind === 'CMD-SHELL' && rest[0] !== undefined) return ['/bin/sh', '-c', rest[0]]
  return null
}

/** The same the other way round. */
export function describeHealthCheck(check: HealthCheck): object {
  const { command, intervalMs, timeoutMs, startPeriodMs, startIntervalMs, retries } = check
  const span = (name: string, ms: number | null) => (ms === null ? {} : { [name]: ms * nanosecondsOfMs })
  return {
    ...(command !== null && { Test: command.length === 0 ? ['NONE'] : ['CMD', ...command] }),
    ...span('Interval', intervalMs),
    ...span('Timeout', timeoutMs),
    ...span('StartPeriod', startPeriodMs),
    ...span('StartInterval', startIntervalMs),
    ...(retries !== null && { Retries: retries }),
  }
}
