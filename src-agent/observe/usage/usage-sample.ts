import type { UsageSample } from '#contract/observe'
import type { RunLimits, SandboxId } from '#contract/sandbox'
import type { RawUsage } from './raw-usage.ts'

/** A running sandbox, as the sampler has to know it. */
export interface Sampled {
  readonly id: SandboxId
  readonly cgroup: string
  /** Its main process on the host. */
  readonly pid: number
  readonly limits: RunLimits
}

/** Counters at one moment of a clock that only goes forward. */
export interface Reading {
  readonly usage: RawUsage
  readonly monotonicMs: number
  /** See {@link UsageSample}. */
  readonly engineMemoryBytes: number | null
}

/** What happened between two readings. */
export function toSample(sandbox: Sampled, before: Reading, now: Reading, at: Date): UsageSample {
  const { usage } = now
  const elapsedUs = (now.monotonicMs - before.monotonicMs) * 1_000
  return {
    id: sandbox.id,
    at: at.toISOString(),
    cpuCores: elapsedUs > 0 ? Math.max(0, usage.cpuUs - before.usage.cpuUs) / elapsedUs : 0,
    cpuTotalUs: usage.cpuUs,
    cpuThrottled: throttledShare(before.usage, usage),
    memoryBytes: usage.memoryBytes,
    memoryLimitBytes: sandbox.limits.memoryBytes,
    pids: usage.pids,
    pidsLimit: sandbox.limits.pids,
    ioReadBytes: usage.ioReadBytes,
    ioWriteBytes: usage.ioWriteBytes,
    netReceiveBytes: usage.netReceiveBytes,
    netSendBytes: usage.netSendBytes,
    // The two are read one after the other, and a part is not more than the whole.
    engineMemoryBytes: now.engineMemoryBytes === null ? null : Math.min(now.engineMemoryBytes, usage.memoryBytes),
  }
}

/** Sums made from living processes fall when one ends; what was once read has been read. */
export function keepHighest(before: RawUsage | undefined, now: RawUsage): RawUsage {
  if (before === undefined || before === now) return now
  return {
    ...now,
    ioReadBytes: Math.max(before.ioReadBytes, now.ioReadBytes),
    ioWriteBytes: Math.max(before.ioWriteBytes, now.ioWriteBytes),
    ioReads: highest(before.ioReads, now.ioReads),
    ioWrites: highest(before.ioWrites, now.ioWrites),
    netReceiveBytes: Math.max(before.netReceiveBytes, now.netReceiveBytes),
    netSendBytes: Math.max(before.netSendBytes, now.netSendBytes),
  }
}

function highest(before: number | null, now: number | null): number | null {
  return before === null || now === null ? now : Math.max(before, now)
}

/** Of the periods of the quota, those in which it held the sandbox back. */
export function throttledShare(before: RawUsage, now: RawUsage): number {
  const periods = now.periods - before.periods
  if (periods <= 0) return 0
  return Math.min(1, Math.max(0, (now.throttledPeriods - before.throttledPeriods) / periods))
}
