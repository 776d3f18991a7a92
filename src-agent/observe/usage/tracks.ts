import type { UsageSample } from '#contract/observe'
import type { SandboxId } from '#contract/sandbox'
import type { CgroupReader } from './raw-usage.ts'
import type { SamplerClock } from './sampler-clock.ts'
import { createUsageHistory, type UsageHistory } from './usage-history.ts'
import { keepHighest, type Reading, type Sampled, toSample } from './usage-sample.ts'

/** Ten minutes. */
const historyLength = 600
/** For so long a sandbox that does not run is taken to use nothing else: memory can be taken from it, packets can come. */
const restingMs = 10_000
/** Of a long rest, the first and the last moment are remembered: what lies between is a straight line. */
const restingSamples = 2

interface Recorder {
  /** Something of a sandbox has moved between two readings. */
  measured(sandbox: Sampled, before: Reading, now: Reading): void
  /** All that run were read once. */
  finished(running: readonly Sampled[]): void
}

/** What reads sandboxes, and whom it tells. */
export interface TrackDeps {
  readonly reader: CgroupReader
  /** Of the memory in the sandbox's cgroup, what the engine uses itself. Null where that is not known. */
  readonly engineMemory?: (sandbox: Sampled) => Promise<number | null>
  /** Keeps what is measured. */
  readonly recorder?: Recorder
  readonly clock: SamplerClock
  /** Whether somebody watches. */
  readonly isHeard: () => boolean
}

/** What is known of one run of a sandbox. */
interface Track {
  readonly pid: number
  readonly history: UsageHistory
  reading: Reading | null
  /** When all of its counters were read last. */
  readMs: number
  /** As they were then: they can be changed while it rests. */
  limits: Sampled['limits']
  /** For how many rounds nothing of it has moved. */
  restedFor: number
}

/** What is known of each sandbox that runs. */
export interface Tracks {
  /** Reads one after another. */
  sampleAll(sandboxes: readonly Sampled[]): Promise<UsageSample[]>
  /** The first reading of what has just started, so that its first sample is at most a second away. */
  readFirst(sandboxes: readonly Sampled[]): Promise<void>
  isRead(sandbox: Sampled): boolean
  latest(ids: readonly SandboxId[]): UsageSample[]
  /** Of one, or of all; oldest first. */
  remembered(id: SandboxId | undefined): UsageSample[]
  keepOnly(sandboxes: readonly Sampled[]): void
  forget(): void
}

export function createTracks(deps: TrackDeps): Tracks {
  const tracks = new Map<SandboxId, Track>()
  const trackOf = (sandbox: Sampled): Track => {
    const known = tracks.get(sandbox.id)
    // Another main process is another run: its counters start anew.
    if (known?.pid === sandbox.pid) return known
    const history = createUsageHistory(sandbox.id, historyLength)
    const { pid, limits } = sandbox
    const track: Track = { pid, limits, history, reading: null, readMs: 0, restedFor: 0 }
    tracks.set(sandbox.id, track)
    return track
  }
  return {
    async sampleAll(sandboxes) {
      const samples: UsageSample[] = []
      deps.reader.startRound()
      for (const sandbox of sandboxes) {
        const sample = await sampleOne(deps, sandbox, trackOf(sandbox))
        if (sample !== null) samples.push(sample)
      }
      return samples
    },
    async readFirst(sandboxes) {
      for (const sandbox of sandboxes) {
        const track = trackOf(sandbox)
        if (track.reading === null) await sampleOne(deps, sandbox, track)
      }
    },
    isRead: (sandbox) => trackOf(sandbox).reading !== null,
    latest: (ids) => ids.map((id) => tracks.get(id)?.history.latest() ?? null).filter((sample) => sample !== null),
    remembered(id) {
      const ids = id === undefined ? [...tracks.keys()] : [id]
      return ids.flatMap((known) => tracks.get(known)?.history.all() ?? [])
    },
    keepOnly(sandboxes) {
      const ids = new Set(sandboxes.map((sandbox) => sandbox.id))
      for (const id of tracks.keys()) if (!ids.has(id)) tracks.delete(id)
    },
    forget: () => tracks.clear(),
  }
}

async function sampleOne(deps: TrackDeps, sandbox: Sampled, track: Track): Promise<UsageSample | null> {
  const { reader, recorder, clock } = deps
  const before = track.reading
  const refresh = clock.monotonicMs() - track.readMs >= restingMs
  const read = await reader.read(sandbox.cgroup, sandbox.pid, before?.usage, refresh)
  // It ended after it was listed; whoever watches it will hear so.
  if (read === null) return null
  const monotonicMs = clock.monotonicMs()
  const usage = keepHighest(before?.usage, read)
  const rests = usage === before?.usage && track.limits === sandbox.limits
  if (!rests || refresh) track.readMs = monotonicMs
  track.limits = sandbox.limits
  const engineMemoryBytes = rests ? before.engineMemoryBytes : await measureEngine(deps, sandbox)
  const reading = { usage, monotonicMs, engineMemoryBytes }
  track.reading = reading
  track.restedFor = rests ? track.restedFor + 1 : 0
  if (before === null) return null
  if (!rests) recorder?.measured(sandbox, before, reading)
  const at = clock.now()
  // Most sandboxes rest most of the time, and most of the time nobody watches.
  if (track.restedFor > restingSamples && !deps.isHeard()) return track.history.rest(at)
  return rememberSample(track, toSample(sandbox, before, reading, at))
}

async function measureEngine({ engineMemory }: TrackDeps, sandbox: Sampled): Promise<number | null> {
  return (await engineMemory?.(sandbox).catch(() => null)) ?? null
}

function rememberSample({ history, restedFor }: Track, sample: UsageSample): UsageSample {
  if (restedFor > restingSamples) history.rest(new Date(sample.at))
  else history.add(sample)
  return sample
}
