import { AppError, appError } from '#contract/app-error'
import type { StartPauses } from './start-pauses.ts'

/** What takes requests: one sandbox. */
export interface Instance {
  readonly id: string
}

/** A place for one request on an instance. */
export interface Place<I extends Instance> {
  readonly instance: I
  /** No other request was on it before. */
  readonly isFirst: boolean
  release(): void
}

interface Deps<I extends Instance> {
  /** Resolves when it takes requests; rejects with the reason, and leaves nothing then. */
  start(signal: AbortSignal): Promise<I>
  stop(instance: I): Promise<void>
  readonly pauses: StartPauses
  /** There may be a place now. */
  onFree(): void
  /** The last start that was under way has failed, and nothing runs. */
  onNothing(why: AppError): void
  readonly onError: (error: unknown) => void
}

/** The instances of one revision, each with the requests on it. */
export interface Fleet<I extends Instance> {
  counts(): Counts
  /** Nothing runs, and nothing is being started. */
  isNothing(): boolean
  instances(): readonly I[]
  /** Null where none is free. */
  take(): Place<I> | null
  /** Starts what is missing, unless that has failed just now; takes away the surplus, idle ones first. */
  fit(count: number): void
  ended(id: string): void
  /** Resolves when all are stopped, each after its last request. */
  close(): Promise<void>
  /** Ends starts that are under way; what runs goes on. */
  abandon(): Promise<void>
}

export interface Counts {
  /** Those that take requests. */
  readonly ready: number
  readonly starting: number
  /** Requests on all of them. */
  readonly underWay: number
}

interface Live<I> {
  readonly instance: I
  underWay: number
  served: number
  leaving: boolean
}

/** `concurrency`: requests at once that each takes; 0: as many as come. */
export function createFleet<I extends Instance>(deps: Deps<I>, concurrency: number, adopted: readonly I[]): Fleet<I> {
  const live = createLiveSet(deps, adopted)
  const ending = new AbortController()
  let starting = 0

  const startOne = async (): Promise<void> => {
    starting += 1
    let failure: AppError | null = null
    try {
      const each = live.add(await deps.start(ending.signal))
      if (ending.signal.aborted) live.leave(each)
    } catch (error) {
      failure = AppError.from(error)
      if (!ending.signal.aborted) deps.pauses.failed(failure)
    }
    starting -= 1
    if (failure !== null && starting === 0 && live.size() === 0) deps.onNothing(failure)
    else deps.onFree()
  }
  return {
    counts: () => ({ ready: live.serving().length, starting, underWay: live.underWay() }),
    isNothing: () => live.size() + starting === 0,
    instances: () => live.all().map(({ instance }) => instance),
    take() {
      const free = pick(live.serving(), concurrency)
      return free === undefined ? null : enter(free, () => (live.endIfLeft(free) ? undefined : deps.onFree()))
    },
    fit(count) {
      const there = live.serving()
      const missing = count - there.length - starting
      const mayStart = deps.pauses.current() === null && !ending.signal.aborted
      for (let left = mayStart ? missing : 0; left > 0; left -= 1) live.track(startOne())
      for (const each of there.sort(byUse).slice(0, Math.max(0, -missing))) live.leave(each)
    },
    ended(id) {
      const gone = live.all().find(({ instance }) => instance.id === id)
      if (!gone) return
      if (gone.served === 0) deps.pauses.failed(appError('function-instance-ended'))
      live.remove(gone)
      deps.onFree()
    },
    async close() {
      ending.abort()
      for (const each of live.all()) live.leave(each)
      // Those that still have a request are stopped when it ends.
      await live.settled()
    },
    async abandon() {
      ending.abort()
      live.forget()
      await live.settled()
    },
  }
}

/** What runs, and what is being stopped. */
function createLiveSet<I extends Instance>(
  { stop, onError }: Pick<Deps<I>, 'stop' | 'onError'>,
  adopted: readonly I[],
) {
  const live = new Map<string, Live<I>>(adopted.map((instance) => [instance.id, newLive(instance)]))
  const { track, settled } = createOpenWork(() => live.size === 0)
  const remove = ({ instance }: Live<I>): void => {
    if (live.delete(instance.id)) track(stop(instance).catch(onError))
  }
  const endIfLeft = (each: Live<I>): boolean => {
    const isOver = each.leaving && each.underWay === 0
    if (isOver) remove(each)
    return isOver
  }
  return {
    ...{ track, settled, remove, endIfLeft },
    add(instance: I): Live<I> {
      const each = newLive(instance)
      live.set(instance.id, each)
      return each
    },
    leave(each: Live<I>): void {
      each.leaving = true
      endIfLeft(each)
    },
    forget: () => live.clear(),
    size: () => live.size,
    all: () => [...live.values()],
    serving: () => [...live.values()].filter(({ leaving }) => !leaving),
    underWay: () => [...live.values()].reduce((sum, { underWay }) => sum + underWay, 0),
  }
}

/** Starts and stops that are under way. */
function createOpenWork(isEmpty: () => boolean) {
  const open = new Set<Promise<void>>()
  let onSettled = (): void => {}
  const isSettled = (): boolean => open.size === 0 && isEmpty()
  return {
    track(work: Promise<void>): void {
      open.add(work)
      void work.then(() => {
        open.delete(work)
        if (isSettled()) onSettled()
      })
    },
    settled: (): Promise<void> =>
      new Promise((resolve) => {
        onSettled = resolve
        if (isSettled()) resolve()
      }),
  }
}

function newLive<I extends Instance>(instance: I): Live<I> {
  return { instance, underWay: 0, served: 0, leaving: false }
}

const byUse = <I>(one: Live<I>, other: Live<I>): number => one.underWay - other.underWay

/** The fullest that still has room, so that others become idle; without a bound the emptiest. */
function pick<I>(serving: readonly Live<I>[], concurrency: number): Live<I> | undefined {
  const sorted = [...serving].sort(byUse)
  return concurrency === 0 ? sorted[0] : sorted.findLast(({ underWay }) => underWay < concurrency)
}

function enter<I extends Instance>(each: Live<I>, onRelease: () => void): Place<I> {
  each.underWay += 1
  each.served += 1
  let isOver = false
  return {
    instance: each.instance,
    isFirst: each.served === 1,
    release() {
      if (isOver) return
      isOver = true
      each.underWay -= 1
      onRelease()
    },
  }
}
