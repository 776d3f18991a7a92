import * as z from 'zod'
import { operation } from './operation.ts'
import { IsolationClass, SandboxId, SandboxRef } from './sandbox.ts'

/**
 * What is remembered of use, in the order in which the agent keeps it: a new one goes to the end. `…Bytes` and `…Ops` of `io` and `net`,
 * packets, drops and `oomKills` are rates a second; `cpu…` are cores; `cpuThrottled` is the share of the quota's periods in which it held
 * back; `pressure…` are shares of the time (PSI); `memory…`, `disk…` and `pids…` are what is held.
 */
export const usageMetrics = [
  'cpu',
  'cpuUser',
  'cpuSystem',
  'cpuThrottled',
  'cpuLimit',
  'memory',
  'memoryAnon',
  'memoryFile',
  'memoryKernel',
  'memoryEngine',
  'memoryLimit',
  'oomKills',
  'pids',
  'pidsLimit',
  'ioReadBytes',
  'ioWriteBytes',
  'ioReadOps',
  'ioWriteOps',
  'netReceiveBytes',
  'netSendBytes',
  'netReceivePackets',
  'netSendPackets',
  'netReceiveDrops',
  'netSendDrops',
  'pressureCpuSome',
  'pressureCpuFull',
  'pressureMemorySome',
  'pressureMemoryFull',
  'pressureIoSome',
  'pressureIoFull',
  'diskBytes',
  'diskLimit',
] as const
export const UsageMetric = z.enum(usageMetrics)
export type UsageMetric = z.infer<typeof UsageMetric>

/** How finely use is remembered, and for how long, both in seconds. */
export const usageTiers = [
  { step: 1, keptFor: 10 * 60 },
  { step: 10, keptFor: 6 * 3600 },
  { step: 60, keptFor: 7 * 24 * 3600 },
] as const

const Values = z.array(z.number().nullable())

/** One number for each step; null where nothing was measured: the agent did not run, or the sandbox did not, or its kernel does not say. */
export const UsageColumn = z.strictObject({ metric: UsageMetric, avg: Values, min: Values, max: Values })
export type UsageColumn = z.infer<typeof UsageColumn>

/** When a sandbox got into a state. */
export const UsageState = z.strictObject({ at: z.iso.datetime(), state: z.string() })
export type UsageState = z.infer<typeof UsageState>

export const UsageHistory = z.strictObject({
  /** Start of the first step. */
  since: z.iso.datetime(),
  /** End of the last step. */
  until: z.iso.datetime(),
  /** Seconds. At least what was asked for: more where the past is kept less finely, or the answer would be too long. */
  step: z.int().positive(),
  columns: z.array(UsageColumn),
  /** Of a sandbox: the one before `since` first, where it is known. */
  states: z.array(UsageState),
})
export type UsageHistory = z.infer<typeof UsageHistory>

export const readUsageHistory = operation({
  name: 'usage.history',
  method: 'GET',
  path: '/v1/usage/history',
  summary: 'Use over time of one sandbox, of all of one class, or of this machine where neither is named.',
  request: z.strictObject({
    /** Also the id of one that was removed less than a day ago. */
    ref: SandboxRef.optional(),
    class: IsolationClass.optional(),
    since: z.iso.datetime({ offset: true }),
    /** Now, where absent. */
    until: z.iso.datetime({ offset: true }).optional(),
    /** Seconds; absent: one that gives a few hundred values. */
    step: z.int().min(1).max(86_400).optional(),
    /** All, where absent. */
    metrics: z.array(UsageMetric).max(usageMetrics.length).optional(),
  }),
  response: UsageHistory,
})

/** What one sandbox took over a span: sums of what it used, mean and most of what it held. */
export const UsageTotal = z.strictObject({
  id: SandboxId,
  name: z.string(),
  class: IsolationClass,
  /** It is there no more. */
  removed: z.boolean(),
  cpuSeconds: z.number().nonnegative(),
  memoryAvgBytes: z.number().nonnegative(),
  memoryMaxBytes: z.number().nonnegative(),
  ioBytes: z.number().nonnegative(),
  netBytes: z.number().nonnegative(),
  oomKills: z.number().nonnegative(),
})
export type UsageTotal = z.infer<typeof UsageTotal>

export const readUsageTotals = operation({
  name: 'usage.totals',
  method: 'GET',
  path: '/v1/usage/totals',
  summary: 'What each sandbox took of this machine over a span, those included that were removed since.',
  request: z.strictObject({
    since: z.iso.datetime({ offset: true }),
    until: z.iso.datetime({ offset: true }).optional(),
  }),
  response: z.array(UsageTotal),
})
