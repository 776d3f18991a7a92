/**
 * How many instances a revision of a function shall have: the decisions of Knative's pod autoscaler
 * (https://knative.dev/docs/serving/autoscaling/, pkg/autoscaler/scaling/autoscaler.go of knative/serving), to the letter,
 * quirks included. Pure: time and load are given.
 */

/** What decides, for one revision. */
export interface ScalingRule {
  /** Requests under way per instance that are aimed at: what one takes, times the utilisation that is wanted. */
  readonly target: number
  /** What one instance takes. */
  readonly total: number
  /** Requests that shall find room without waiting, beyond those under way; 0: none, below 0: without bound. */
  readonly burst: number
  /** From so many times what there is on, the short window decides, and nothing is taken away. */
  readonly panicThreshold: number
  /** At most so many times the instances that are ready, at once. */
  readonly maxUpRate: number
  /** At least the instances that are ready divided by this, at once. */
  readonly maxDownRate: number
  /** At least so many as soon as there are any. */
  readonly activationScale: number
  readonly stableWindowMs: number
  /** The highest decision of this span holds. 0: the last one. */
  readonly downDelayMs: number
  /** Whether requests can come at all. What gets none is taken away without a bound. */
  readonly reachable: boolean
}

/** Requests under way on average, over the long and the short window. */
export interface Load {
  readonly stable: number
  readonly panic: number
}

export interface Decision {
  readonly desired: number
  /** How many more requests there is room for than those that `burst` reserves; below 0: too few. */
  readonly excessBurst: number
  readonly panics: boolean
}

export interface Decider {
  /** `ready`: instances that take requests. */
  decide(rule: ScalingRule, load: Load, ready: number, atMs: number): Decision
}

/** How often it is decided. */
export const tickMs = 2000

/** One that takes over instances holds on to them until it has seen enough: it begins in panic. */
export function createDecider(ready: number, atMs: number): Decider {
  let panicSince: number | null = ready > 1 ? atMs : null
  let mostInPanic = ready
  const delay = createHighest()

  const panicNow = (isOver: boolean, rule: ScalingRule, atMs: number): boolean => {
    if (isOver) panicSince = atMs
    else if (panicSince !== null && panicSince + rule.stableWindowMs < atMs) {
      panicSince = null
      mostInPanic = 0
    }
    return panicSince !== null
  }
  return {
    decide(rule, load, readyNow, now) {
      const there = Math.max(1, readyNow)
      const wished = { stable: Math.ceil(load.stable / rule.target), panic: Math.ceil(load.panic / rule.target) }
      const [stable, panic] = [bounded(wished.stable, rule, there), bounded(wished.panic, rule, there)]
      const panics = panicNow(wished.panic / there >= rule.panicThreshold, rule, now)
      let desired = stable
      if (panics) {
        mostInPanic = Math.max(mostInPanic, stable, panic)
        desired = mostInPanic
      }
      if (rule.downDelayMs > 0) {
        const held = delay.highest(desired, rule.downDelayMs, now)
        if (rule.reachable) desired = held
      }
      return { desired, excessBurst: excessOf(rule, load, readyNow), panics }
    },
  }
}

function bounded(wished: number, rule: ScalingRule, there: number): number {
  const most = Math.ceil(rule.maxUpRate * there)
  const least = rule.reachable ? Math.floor(there / rule.maxDownRate) : 0
  const within = Math.min(Math.max(wished, least), most)
  return wished > 0 && rule.activationScale > 1 ? Math.max(within, rule.activationScale) : within
}

function excessOf(rule: ScalingRule, load: Load, ready: number): number {
  if (rule.burst === 0) return 0
  if (rule.burst < 0) return -1
  return Math.floor(ready * rule.total - rule.burst - load.panic)
}

/** The highest of the values of a span, kept for each tick. */
function createHighest() {
  const kept = new Map<number, number>()
  return {
    highest(value: number, spanMs: number, atMs: number): number {
      const tick = Math.floor(atMs / tickMs)
      const oldest = tick - Math.ceil(spanMs / tickMs) + 1
      kept.set(tick, Math.max(kept.get(tick) ?? 0, value))
      for (const each of kept.keys()) if (each < oldest) kept.delete(each)
      return Math.max(...kept.values())
    },
  }
}
