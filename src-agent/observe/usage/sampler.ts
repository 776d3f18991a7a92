import type { UsageSample } from '#contract/observe'
import type { SandboxId } from '#contract/sandbox'
import type { SamplerClock } from './sampler-clock.ts'
import { systemClock } from './sampler-clock.ts'
import { createTracks, type TrackDeps } from './tracks.ts'
import type { Sampled } from './usage-sample.ts'

const intervalMs = 1_000
/** How long `now` waits for the first sample of a sandbox that has just started. */
const firstSampleMs = 2_500
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

interface Deps extends Omit<TrackDeps, 'clock' | 'isHeard'> {
  /** The sandboxes that run now. Called once a second; must be cheap. */
  readonly list: () => readonly Sampled[]
  readonly clock?: SamplerClock
  /** A listener that throws is dropped; the others go on. */
  readonly onListenerError?: (error: unknown) => void
}

export function createSampler(deps: Deps): Sampler {
  const { list, clock = systemClock } = deps
  const listeners = new Map<UsageListener, SandboxId | undefined>()
  const tracks = createTracks({ ...deps, clock, isHeard: () => listeners.size > 0 })
  let stopTimer: (() => void) | null = null
  let measuring: Promise<void> | null = null

  const measure = async (): Promise<void> => {
    const running = list()
    tracks.keepOnly(running)
    if (running.length > 0) notify(listeners, await tracks.sampleAll(running), deps.onListenerError)
    deps.recorder?.finished(running)
    if (running.length === 0) sleep()
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
    if (list().every((sandbox) => tracks.isRead(sandbox))) return
    oneAtATime(() => tracks.readFirst(list()))
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
      while (tracks.latest(wanted()).length < wanted().length && clock.monotonicMs() < until) await nextTick(clock)
      return tracks.latest(wanted())
    },
    subscribe(listener, { id, history = false } = {}) {
      refresh()
      const remembered = history ? tracks.remembered(id) : []
      if (remembered.length > 0) listener(remembered)
      // One function may be subscribed twice; each has its own undo.
      const own: UsageListener = (samples) => listener(samples)
      listeners.set(own, id)
      return () => void listeners.delete(own)
    },
    close() {
      sleep()
      listeners.clear()
      tracks.forget()
    },
  }
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
