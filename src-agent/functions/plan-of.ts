import type { FunctionSpec } from '#contract/function'
import type { RunnerPlan } from './revision-runner.ts'

/** Knative aims at a hundred requests at once where an instance takes any number (container-concurrency-target-default). */
const usualTarget = 100
const leastTarget = 0.01

/** What the autoscaler goes by, in its own terms. */
export function planOf({ concurrency, scale, autoscaling }: FunctionSpec): RunnerPlan {
  const total = concurrency === 0 ? usualTarget : concurrency
  return {
    rule: {
      total,
      target: Math.max(leastTarget, (total * autoscaling.targetPercent) / 100),
      burst: autoscaling.burst,
      panicThreshold: autoscaling.panicThresholdPercent / 100,
      maxUpRate: autoscaling.maxUpRate,
      maxDownRate: autoscaling.maxDownRate,
      activationScale: scale.activation,
      stableWindowMs: autoscaling.stableWindowMs,
      downDelayMs: autoscaling.downDelayMs,
      reachable: true,
    },
    panicPercent: autoscaling.panicWindowPercent,
    concurrency,
    min: scale.min,
    max: scale.max,
    graceMs: autoscaling.graceMs,
  }
}
