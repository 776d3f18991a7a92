import { appError } from '#contract/app-error'
import { createDecider, type Decision, type ScalingRule, tickMs } from './autoscaler/decider.ts'
import { createConcurrencyMeter, createLoadWindows } from './autoscaler/load-windows.ts'
import { type Counts, createFleet, type Fleet, type Instance, type Place } from './fleet.ts'
import { createStartPauses } from './start-pauses.ts'
import { createWaitingLine } from './waiting-line.ts'

/** What a revision shall have. */
export interface RunnerPlan {
  readonly rule: ScalingRule
  readonly panicPercent: number
  /** Requests at once that an instance takes; 0: as many as come. */
  readonly concurrency: number
  readonly min: number
  readonly max: number
  /** So long the last one stays after none is wanted any more. */
  readonly graceMs: number
}

interface Deps<I extends Instance> {
  start(signal: AbortSignal): Promise<I>
  stop(instance: I): Promise<void>
  /** Milliseconds that only rise. */
  readonly now: () => number
  /** Calls it again and again; gives the undo. */
  readonly every: (ms: number, work: () => void) => () => void
  readonly onError: (error: unknown) => void
}

/** What is going on, to be shown. */
export interface RunnerState extends Counts {
  readonly waiting: number
  readonly decision: Decision | null
}

/** A place, and what had to be waited for: nothing, an instance that was busy, or one that was started. */
export interface Given<I extends Instance> extends Place<I> {
  readonly how: 'warm' | 'queued' | 'cold'
}

/** The instances of one revision: as many as the load wants, and requests in line where none is free. */
export interface RevisionRunner<I extends Instance> {
  /** A place on an instance. Rejects where that is refused, where none can be started, or nobody waits any more. */
  take(signal: AbortSignal): Promise<Given<I>>
  /** That instance is no more. */
  ended(id: string): void
  state(): RunnerState
  instances(): readonly I[]
  /** Whether requests come to it. Without them it keeps no least number of instances. */
  reach(reachable: boolean): void
  /** Starts so many, before there is any load. */
  begin(count: number): void
  /** Whoever waits is refused; resolves when the instances are stopped, each after its last request. */
  close(): Promise<void>
  /** The same, but the instances go on, for a later agent. */
  leaveBehind(): Promise<void>
}

/** More do not wait for one revision. */
export const mostWaiting = 1000
const secondMs = 1000

export function createRevisionRunner<I extends Instance>(
  deps: Deps<I>,
  plan: RunnerPlan,
  adopted: readonly I[] = [],
): RevisionRunner<I> {
  const line = createWaitingLine<Place<I>>()
  const pauses = createStartPauses(deps.now)
  const meter = createConcurrencyMeter(deps.now())
  let isClosed = false
  const onFree = (): void => {
    for (let place = takeForLine(); place !== null; place = takeForLine()) line.give(place)
  }
  const takeForLine = () => (line.length === 0 ? null : fleet.take())
  const parts = { ...deps, pauses, onFree, onNothing: line.refuseAll }
  const fleet = createFleet(parts, plan.concurrency, adopted)
  const scale = createScale({ ...deps, plan, fleet, meter, waiting: () => line.length }, adopted.length)
  if (adopted.length > 0) scale.run()

  const counted = (place: Place<I>, waited: boolean) => given(place, waited, () => meter.add(-1, deps.now()))
  const refuseAll = (): void => {
    isClosed = true
    scale.halt()
    line.refuseAll(appError('function-revision-gone'))
  }
  return {
    async take(signal) {
      if (isClosed) throw appError('function-revision-gone')
      if (signal.aborted) throw appError('cancelled')
      const failure = fleet.isNothing() ? pauses.current() : null
      if (failure !== null) throw failure
      const free = line.length === 0 ? fleet.take() : null
      if (free === null && line.length >= mostWaiting) throw appError('function-overloaded', { count: mostWaiting })
      meter.add(1, deps.now())
      scale.run()
      if (free !== null) return counted(free, false)
      const turn = line.wait(signal)
      turn.catch(() => meter.add(-1, deps.now()))
      if (fleet.isNothing()) scale.decideNow()
      return counted(await turn, true)
    },
    ended(id) {
      fleet.ended(id)
      if (line.length > 0 && fleet.isNothing()) scale.decideNow()
    },
    state: () => ({ ...fleet.counts(), waiting: line.length, decision: scale.decision() }),
    instances: fleet.instances,
    reach: scale.reach,
    begin: scale.begin,
    async close() {
      refuseAll()
      await fleet.close()
    },
    async leaveBehind() {
      refuseAll()
      await fleet.abandon()
    },
  }
}

function given<I extends Instance>(place: Place<I>, waited: boolean, onRelease: () => void): Given<I> {
  return {
    ...place,
    how: !waited ? 'warm' : place.isFirst ? 'cold' : 'queued',
    release() {
      onRelease()
      place.release()
    },
  }
}

interface ScaleDeps<I extends Instance> extends Pick<Deps<I>, 'now' | 'every'> {
  readonly plan: RunnerPlan
  readonly fleet: Fleet<I>
  readonly meter: ReturnType<typeof createConcurrencyMeter>
  readonly waiting: () => number
}

/** Decides how many there shall be, each tick while there is something to decide. */
function createScale<I extends Instance>({ plan, fleet, meter, now, every, waiting }: ScaleDeps<I>, adopted: number) {
  const windows = createLoadWindows(plan.rule.stableWindowMs, plan.panicPercent)
  const decider = createDecider(adopted, now())
  let [reachable, wanted] = [true, adopted]
  let [decision, unwantedSince]: [Decision | null, number | null] = [null, null]
  let undo: (() => void) | null = null

  /** The last one is not taken away at once: whoever comes now finds it warm. */
  const bound = (desired: number): number => {
    const bounded = Math.min(Math.max(desired, reachable ? plan.min : 0), plan.max)
    unwantedSince = bounded > 0 ? null : (unwantedSince ?? now())
    const isInGrace = unwantedSince !== null && now() - unwantedSince < plan.graceMs
    return bounded === 0 && isInGrace ? Math.min(1, fleet.counts().ready + fleet.counts().starting) : bounded
  }
  const decide = (): void => {
    decision = decider.decide({ ...plan.rule, reachable }, windows.load(now()), fleet.counts().ready, now())
    wanted = bound(decision.desired)
    fleet.fit(wanted)
  }
  const halt = (): void => {
    undo?.()
    undo = null
  }
  const run = (): void => {
    if (undo !== null) return
    let beats = 0
    undo = every(secondMs, () => {
      windows.record(meter.read(now()), now())
      beats += 1
      if (beats % (tickMs / secondMs) === 0) decide()
      if (fleet.isNothing() && waiting() === 0 && wanted === 0 && windows.isEmpty(now())) halt()
    })
  }
  return {
    run,
    halt,
    decision: () => decision,
    /** Nothing runs and somebody waits, so that the next tick would be late. */
    decideNow() {
      windows.record(meter.now, now())
      decide()
    },
    reach(is: boolean) {
      reachable = is
      if (!fleet.isNothing()) run()
    },
    begin(count: number) {
      wanted = Math.min(plan.max, count)
      if (wanted === 0) return
      run()
      fleet.fit(wanted)
    },
  }
}
