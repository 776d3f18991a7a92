import type { UsageSample } from '#contract/observe'
import type { SandboxId } from '#contract/sandbox'
import type { CgroupReader } from './raw-usage.ts'
import { createUsageHistory, type UsageHistory } from './usage-history.ts'
import { keepHighest, type Reading, type Sampled, toSample } from './usage-sample.ts'

const intervalMs = 1_000
/** Ten minutes. */
const historyLength = 600
/** How long `now` waits for the first sample of a sandbox that has just started. */
const firstSampleMs = 2_500
/** For so long a sandbox that does not run is taken to use nothing else: memory can be taken from it, packets can come. */
const restingMs = 10_000

export type UsageListener = (samples: UsageSample[]) => void

/** Measures running sandboxes once a second, and remembers ten minutes of each. */
export interface Sampler {
  /** MUST be called when a sandbox has started: the sampler sleeps while none runs. */
  refresh(): void
  /** The latest samples, of one or of all; waits for the first of a sandbox that has just started. */
  now(id?: SandboxId): Promise<UsageSample[]>
  /** Calls the listener once a second, before that with what is remembered, if requested. Returns its own undo. */
  subscribe(listener: UsageListener, options?: { readonly id?: SandboxId; readonly history?: boolean }): () => void
  close(): void
}

/** Time, so that tests need none. */
export interface SamplerClock {
  now(): Date
  /** Only goes forward. */
  monotonicMs(): number
  /** Repeats the work until the undo is called; does not keep the process alive. */
  every(ms: number, work: () => void): () => void
}

export const systemClock: SamplerClock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  every(ms, work) {
    const timer = setInterval(work, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
}

interface Deps {
  readonly reader: CgroupReader
  /** The sandboxes that run now. Called once a second; must be cheap. */
  readonly list: () => readonly Sampled[]
  /** Of the memory in the sandbox's cgroup, what the engine uses itself. Null where that is not known. */
  readonly engineMemory?: (sandbox: Sampled) => Promise<number | null>
  readonly clock?: SamplerClock
  /** A listener that throws is dropped; the others go on. */
  readonly onListenerError?: (error: unknown) => void
}

/** What is known of one run of a sandbox. */
interface Track {
  readonly pid: number
  readonly history: UsageHistory
  reading: Reading | null
  /** When all of its counters were read last. */
  readMs: number
}

export function createSampler(deps: Deps): Sampler {
  const { list, clock = systemClock } = deps
  const { tracks, trackOf, keepOnly, sampleAll, readFirst, latest } = createTracks(deps, clock)
  const listeners = new Map<UsageListener, SandboxId | undefined>()
  let stopTimer: (() => void) | null = null
  let measuring: Promise<void> | null = null

  const measure = async (): Promise<void> => {
    const running = list()
    keepOnly(running)
    if (running.length === 0) return sleep()
    notify(listeners, await sampleAll(running), deps.onListenerError)
  }
  /** A slow round is not overtaken by the next. */
  const oneAtATime = (work: () => Promise<void>): void => {
    measuring ??= work().finally(() => {
      measuring = null
    })
  }
  const sleep = (): void => {
    stopTimer?.()
    stopTimer = null
  }
  const refresh = (): void => {
    if (list().length === 0) return
    stopTimer ??= clock.every(intervalMs, () => oneAtATime(measure))
    if (list().every((sandbox) => trackOf(sandbox).reading !== null)) return
    oneAtATime(() => readFirst(list()))
  }

  return {
    refresh,
    async now(id) {
      refresh()
      const wanted = (): SandboxId[] =>
        list()
          .map((sandbox) => sandbox.id)
          .filter((listed) => id === undefined || listed === id)
      const until = clock.monotonicMs() + firstSampleMs
      while (latest(wanted()).length < wanted().length && clock.monotonicMs() < until) await nextTick(clock)
      return latest(wanted())
    },
    subscribe(listener, { id, history = false } = {}) {
      refresh()
      const ids = id === undefined ? [...tracks.keys()] : [id]
      const remembered = history ? ids.flatMap((known) => tracks.get(known)?.history.all() ?? []) : []
      if (remembered.length > 0) listener(remembered)
      // One function may be subscribed twice; each has its own undo.
      const own: UsageListener = (samples) => listener(samples)
      listeners.set(own, id)
      return () => void listeners.delete(own)
    },
    close() {
      sleep()
      listeners.clear()
      tracks.clear()
    },
  }
}

/** Reads one sandbox after another, and keeps the history of each. */
function createTracks({ reader, engineMemory }: Pick<Deps, 'reader' | 'engineMemory'>, clock: SamplerClock) {
  const tracks = new Map<SandboxId, Track>()
  const trackOf = (sandbox: Sampled): Track => {
    const known = tracks.get(sandbox.id)
    // Another main process is another run: its counters start anew.
    if (known?.pid === sandbox.pid) return known
    const track: Track = {
      pid: sandbox.pid,
      history: createUsageHistory(sandbox.id, historyLength),
      reading: null,
      readMs: 0,
    }
    tracks.set(sandbox.id, track)
    return track
  }
  const sampleOne = async (sandbox: Sampled): Promise<UsageSample | null> => {
    const track = trackOf(sandbox)
    const before = track.reading
    const resting = clock.monotonicMs() - track.readMs < restingMs ? before?.usage : undefined
    const usage = await reader.read(sandbox.cgroup, sandbox.pid, resting)
    // It ended after it was listed; whoever watches it will hear so.
    if (usage === null) return null
    const monotonicMs = clock.monotonicMs()
    if (usage !== resting) track.readMs = monotonicMs
    const engineMemoryBytes = (await engineMemory?.(sandbox).catch(() => null)) ?? null
    const reading = { usage: keepHighest(before?.usage, usage), monotonicMs, engineMemoryBytes }
    track.reading = reading
    if (before === null) return null
    const sample = toSample(sandbox, before, reading, clock.now())
    track.history.add(sample)
    return sample
  }
  const latest = (ids: readonly SandboxId[]): UsageSample[] =>
    ids.map((id) => tracks.get(id)?.history.latest() ?? null).filter((sample) => sample !== null)
  /** The first reading of what has just started, so that its first sample is at most a second away. */
  const readFirst = async (sandboxes: readonly Sampled[]): Promise<void> => {
    for (const sandbox of sandboxes) if (trackOf(sandbox).reading === null) await sampleOne(sandbox)
  }
  const sampleAll = async (sandboxes: readonly Sampled[]): Promise<UsageSample[]> => {
    const samples: UsageSample[] = []
    reader.startRound()
    for (const sandbox of sandboxes) {
      const sample = await sampleOne(sandbox)
      if (sample !== null) samples.push(sample)
    }
    return samples
  }
  const keepOnly = (sandboxes: readonly Sampled[]): void => {
    const ids = new Set(sandboxes.map((sandbox) => sandbox.id))
    for (const id of tracks.keys()) if (!ids.has(id)) tracks.delete(id)
  }
  return { tracks, trackOf, keepOnly, sampleAll, readFirst, latest }
}

function notify(
  listeners: Map<UsageListener, SandboxId | undefined>,
  samples: UsageSample[],
  onError?: (error: unknown) => void,
): void {
  for (const [listener, id] of listeners) {
    const wanted = id === undefined ? samples : samples.filter((sample) => sample.id === id)
    if (wanted.length === 0) continue
    try {
      listener(wanted)
    } catch (error) {
      listeners.delete(listener)
      onError?.(error)
    }
  }
}

function nextTick(clock: SamplerClock): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.every(50, () => {
      stop()
      resolve()
    })
  })
}
