import * as z from 'zod'
import { mayGrow } from './tolerant.ts'
import { healthStates, shortestCheckMs } from './words.ts'

/**
 * What the checks of a running sandbox have shown. `starting`: none has succeeded yet, and not enough have failed to say
 * more. A word that a client does not know is shown as not decided yet.
 */
export const HealthStatus = mayGrow(z.enum(healthStates), 'starting')
export type HealthStatus = z.infer<typeof HealthStatus>

const longestMs = 2 ** 40
const Interval = z
  .int()
  .min(shortestCheckMs, 'Checks of health are at least 100 ms apart, and have as long.')
  .max(longestMs)
const Span = z.int().min(0).max(longestMs)

const CheckArgv = z
  .array(
    z
      .string()
      .max(131_072)
      .regex(/^[^\0]*$/),
  )
  .max(4096)

/**
 * How a sandbox is asked whether it works, as Docker has it: a command inside, again and again. Null stands for what lies
 * below: of a sandbox for what its image says, of an image for the usual value.
 */
export const HealthCheck = z.strictObject({
  /** The program and its arguments; none: there is no check. Success is exit code 0. */
  command: CheckArgv.nullable().default(null),
  /** From the start, or the end of one check, to the next. */
  intervalMs: Interval.nullable().default(null),
  /** What takes longer has failed, and is killed. */
  timeoutMs: Interval.nullable().default(null),
  /** So many failures in a row make it unhealthy. */
  retries: z.int().min(1).max(1_000_000).nullable().default(null),
  /** Failures in this time after the start do not count, until the first success. */
  startPeriodMs: Span.nullable().default(null),
  /** In place of `intervalMs` in that time. */
  startIntervalMs: Interval.nullable().default(null),
})
export type HealthCheck = z.infer<typeof HealthCheck>

/** One check that was made. */
export const HealthResult = z.strictObject({
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  /** Null: it was not done in time, or could not be begun. */
  code: z.int().min(0).max(255).nullable(),
  timedOut: z.boolean(),
  /** The first 4 KiB of what it printed on both streams, or why it could not be begun. */
  output: z.string().max(4096),
})
export type HealthResult = z.infer<typeof HealthResult>

/** What is kept of the checks, of the latest run and those before. */
export const HealthLog = z.strictObject({
  failingStreak: z.int().nonnegative(),
  /** The last five, the oldest first. */
  latest: z.array(HealthResult).max(5),
})
export type HealthLog = z.infer<typeof HealthLog>

/** Of a sandbox that was never checked. */
export const noHealthLog: HealthLog = { failingStreak: 0, latest: [] }
