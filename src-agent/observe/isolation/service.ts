import { setTimeout as sleep } from 'node:timers/promises'
import { appError } from '#contract/app-error'
import type { BlastRadius, IsolationView, SandboxIsolation } from '#contract/isolation'
import type { SandboxId } from '#contract/sandbox'
import type { Disturbance, InterferenceMeter } from '../contention/interference.ts'
import { type SamplerClock, systemClock } from '../usage/sampler-clock.ts'
import { describeFacts } from './describe/facts.ts'
import type { Observed, Watched } from './facts/observed.ts'
import type { Observer } from './facts/observer.ts'
import type { FilterFacts } from './facts/packet-filter.ts'
import { findBlastRadius } from './graph/blast.ts'
import { buildGraph } from './graph/build.ts'
import type { Describe, ObservationRound } from './observation-round.ts'
import { scoreSandbox } from './score/score.ts'
import { buildView, keyOfView } from './view.ts'

/** Takes a view; false where it has no room for it now, so that it gets the next. */
export type IsolationListener = (view: IsolationView) => boolean

/** What is shared, seen live. Reads nothing while nobody asks. */
export interface IsolationService {
  /** With `measure` off, pressures may be missing where nobody has followed lately. */
  read(id?: SandboxId, measure?: boolean): Promise<IsolationView>
  /** Rejects with `notFound` for a node that is not in the graph. */
  blast(node: string): Promise<BlastRadius>
  /** Calls the listener with the view at once, and again within two seconds of a change. Returns its own undo. */
  subscribe(id: SandboxId | undefined, listener: IsolationListener): () => void
  close(): void
}

export interface IsolationDeps {
  /** Sandboxes with a main process. Called once a second; must be cheap. */
  readonly list: () => readonly Watched[]
  readonly observer: Observer
  readonly meter: InterferenceMeter
  /** The packet filter as the kernel has it; null where it has none. */
  readonly readFilter: () => Promise<FilterFacts | null>
  /** Where the agent listens. */
  readonly agentSockets: readonly string[]
  readonly isPrivileged: boolean
  readonly clock?: SamplerClock
  readonly onError: (error: unknown) => void
}

const intervalMs = 1_000
/** After somebody has asked, the next question within this time is answered from what runs on. */
const warmMs = 10_000
/** The kernel brings its sums of pressure up to date every two seconds. */
const measureMs = 2_200
const filterMs = 10_000
const startingMs = 100
/** Others get a turn after so many sandboxes. */
const atOnce = 20

interface Listening {
  readonly id: SandboxId | undefined
  /** Of the view that it has. */
  key: string
  slots: number
}

export function createIsolation(deps: IsolationDeps): IsolationService {
  const { clock = systemClock, meter, onError } = deps
  const listeners = new Map<IsolationListener, Listening>()
  const rounds = createRounds(deps)
  const describe = createDescriber(deps.observer)
  let round: Promise<ObservationRound> | null = null
  let warmUntil = 0
  let slots = 0

  const observe = (): Promise<ObservationRound> => {
    // A slow round is not overtaken by the next.
    round ??= rounds.observe(timer.isRunning()).finally(() => {
      round = null
    })
    return round
  }
  const view = (latest: ObservationRound, id: SandboxId | undefined, withHistory: boolean): IsolationView =>
    buildView(latest, { id, describe, ...(withHistory ? { history: meter.history() } : {}) })
  const notify = createNotify({ listeners, view, onError })
  const tick = async (): Promise<void> => {
    if (listeners.size === 0 && clock.monotonicMs() > warmUntil) return rest()
    const latest = await observe()
    if (latest.disturbance.slotAdded) slots += 1
    for (const listener of listeners.keys()) notify(latest, slots, listener)
  }
  const timer = createTimer(clock, () => void tick().catch(onError))
  const rest = (): void => {
    timer.stop()
    meter.rest()
  }

  return {
    async read(id, measure = true) {
      warmUntil = clock.monotonicMs() + warmMs
      timer.start()
      const first = await observeStarting(observe, deps.list().length)
      const left = measureMs - timer.runsFor()
      if (!measure || left <= 0 || first.all.length < 2) return view(first, id, true)
      await sleep(left)
      return view(await observe(), id, true)
    },
    async blast(node) {
      return blastOf(await observe(), node)
    },
    subscribe(id, listener) {
      // The same function may be given twice; each time it is another listener.
      const own: IsolationListener = (seen) => listener(seen)
      listeners.set(own, { id, key: '', slots: -1 })
      timer.start()
      void observe()
        .then((latest) => notify(latest, slots, own))
        .catch(onError)
      return () => void listeners.delete(own)
    },
    close() {
      listeners.clear()
      rest()
    },
  }
}

/** One that was just started may be a few milliseconds away from its first instruction. */
async function observeStarting(observe: () => Promise<ObservationRound>, expected: number): Promise<ObservationRound> {
  const first = await observe()
  if (first.all.length >= expected) return first
  await sleep(startingMs)
  return observe()
}

function blastOf({ graph }: ObservationRound, node: string): BlastRadius {
  if (graph.nodes.some((known) => known.id === node)) return findBlastRadius(node, graph)
  throw appError('node-unknown', { node })
}

/** Calls `tick` once in an interval, from a start to a stop. */
function createTimer(clock: SamplerClock, tick: () => void) {
  let stop: (() => void) | null = null
  let startedMs = 0
  return {
    isRunning: () => stop !== null,
    /** Milliseconds since the last start. */
    runsFor: () => clock.monotonicMs() - startedMs,
    start(): void {
      if (stop !== null) return
      startedMs = clock.monotonicMs()
      stop = clock.every(intervalMs, tick)
    },
    stop(): void {
      stop?.()
      stop = null
    },
  }
}

interface NotifyDeps {
  readonly listeners: Map<IsolationListener, Listening>
  view(latest: ObservationRound, id: SandboxId | undefined, withHistory: boolean): IsolationView
  onError(error: unknown): void
}

/** Gives a listener the view where it has another one. `slots`: how many parts the history has by now. */
function createNotify({ listeners, view, onError }: NotifyDeps) {
  return (latest: ObservationRound, slots: number, listener: IsolationListener): void => {
    const state = listeners.get(listener)
    if (state === undefined) return
    const key = keyOfView(latest, state.id)
    const newSlots = state.slots !== slots
    if (key === state.key && !newSlots) return
    try {
      if (!listener(view(latest, state.id, newSlots))) return
      state.key = key
      state.slots = slots
    } catch (error) {
      listeners.delete(listener)
      onError(error)
    }
  }
}

/** Looks at everything once, and builds the graph anew only where something has changed. */
function createRounds({ list, observer, meter, readFilter, onError, clock = systemClock, ...hostView }: IsolationDeps) {
  let last: ObservationRound | null = null
  let filter: { readonly facts: FilterFacts | null; readonly ms: number; readonly key: string } | null = null

  const currentFilter = async (watched: readonly Watched[]): Promise<FilterFacts | null> => {
    const key = JSON.stringify(watched.map(({ id, lease, ports, networks }) => [id, lease?.interface, ports, networks]))
    const ms = clock.monotonicMs()
    if (filter !== null && filter.key === key && ms - filter.ms < filterMs) return filter.facts
    const facts = await readFilter().catch((error: unknown) => {
      onError(error)
      return null
    })
    filter = { facts, ms, key }
    return facts
  }
  const observeAll = async (watched: readonly Watched[]): Promise<Observed[]> => {
    observer.begin(clock.now(), await currentFilter(watched))
    observer.keep(new Set(watched.map(({ id }) => id)))
    const all: Observed[] = []
    for (const [index, one] of watched.entries()) {
      const observed = observer.observe(one)
      if (observed !== null) all.push(observed)
      if (index % atOnce === atOnce - 1) await new Promise((resolve) => setImmediate(resolve))
    }
    return all
  }
  return {
    async observe(measure: boolean): Promise<ObservationRound> {
      const all = await observeAll(list())
      const same =
        last !== null && all.length === last.all.length && all.every((one, index) => one === last?.all[index])
      const graph = same && last !== null ? last.graph : buildGraph(all, { host: observer.host, ...hostView })
      const neighbours = all.map(({ watched }) => ({
        id: watched.id,
        name: watched.name,
        cgroup: watched.cgroup,
        pid: watched.pid ?? 0,
      }))
      const quiet: Disturbance = { pressures: [], interference: [], slotAdded: false }
      const disturbance = measure ? await meter.measure(neighbours, clock.monotonicMs(), clock.now()) : quiet
      last = { at: clock.now(), all, graph, version: (last?.version ?? 0) + (same ? 0 : 1), disturbance }
      return last
    },
  }
}

/** Words are made once for each observation. */
function createDescriber(observer: Observer): Describe {
  const known = new WeakMap<Observed, SandboxIsolation>()
  return (observed) => {
    const before = known.get(observed)
    if (before) return before
    const { id, name, class: isolationClass, state } = observed.watched
    const described: SandboxIsolation = {
      id,
      name,
      class: isolationClass,
      state,
      observedAt: observed.observedAt.toISOString(),
      facts: describeFacts(observed, observer.host),
      score: scoreSandbox(observed),
    }
    known.set(observed, described)
    return described
  }
}
