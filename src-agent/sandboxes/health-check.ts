import type { HealthCheck, HealthLog, HealthResult, HealthStatus } from '#contract/health'
import type { ImageConfig } from '#contract/image'
import type { SandboxSpec } from '#contract/sandbox'

/** A check that is made, with nothing left open. */
export interface EffectiveCheck {
  readonly argv: readonly string[]
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly retries: number
  readonly startPeriodMs: number
  readonly startIntervalMs: number
}

/** Docker's. */
const usual = { intervalMs: 30_000, timeoutMs: 30_000, retries: 3, startPeriodMs: 0, startIntervalMs: 5_000 }
const keptResults = 5

/** What the sandbox asks for, and where it says nothing the image. Null: nobody says anything. */
export function wishedHealthCheck(own: HealthCheck | null, image: HealthCheck | null): HealthCheck | null {
  if (own === null || image === null) return own ?? image
  return {
    command: own.command ?? image.command,
    intervalMs: own.intervalMs ?? image.intervalMs,
    timeoutMs: own.timeoutMs ?? image.timeoutMs,
    retries: own.retries ?? image.retries,
    startPeriodMs: own.startPeriodMs ?? image.startPeriodMs,
    startIntervalMs: own.startIntervalMs ?? image.startIntervalMs,
  }
}

/** How it is checked; null: not at all. */
export function healthCheckOf(
  spec: Pick<SandboxSpec, 'healthCheck'>,
  image: Pick<ImageConfig, 'healthcheck'>,
): EffectiveCheck | null {
  const wished = wishedHealthCheck(spec.healthCheck, image.healthcheck)
  if (!wished?.command?.length) return null
  return {
    argv: wished.command,
    intervalMs: wished.intervalMs ?? usual.intervalMs,
    timeoutMs: wished.timeoutMs ?? usual.timeoutMs,
    retries: wished.retries ?? usual.retries,
    startPeriodMs: wished.startPeriodMs ?? usual.startPeriodMs,
    startIntervalMs: wished.startIntervalMs ?? usual.startIntervalMs,
  }
}

interface Judged {
  readonly status: HealthStatus
  readonly log: HealthLog
}

/** What one more result makes of a sandbox, by Docker's rules. */
export function judgeHealth(
  before: Judged,
  result: HealthResult,
  { retries, isInStartPeriod }: { readonly retries: number; readonly isInStartPeriod: boolean },
): Judged {
  const latest = [...before.log.latest, result].slice(-keptResults)
  if (result.code === 0) return { status: 'healthy', log: { failingStreak: 0, latest } }
  const counts = !(before.status === 'starting' && isInStartPeriod)
  const failingStreak = before.log.failingStreak + (counts ? 1 : 0)
  const status = counts && failingStreak >= retries ? 'unhealthy' : before.status
  return { status, log: { failingStreak, latest } }
}
