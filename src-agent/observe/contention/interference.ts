import { availableParallelism } from 'node:os'
import type { Interference, InterferenceSlot, Pressure } from '#contract/isolation'
import type { SandboxId } from '#contract/sandbox'
import type { CgroupReader } from '../usage/raw-usage.ts'
import { attribute, type Holdings, toSteps } from './attribute.ts'
import { type CounterReader, type Counters, createCounterReader, type HostCounters } from './counters.ts'
import { createHistory } from './history.ts'
import { createWindow, hostShares, type Shares, type SlidingWindow, sharesOf } from './window.ts'

/** A sandbox that runs. */
export interface Neighbour {
  readonly id: SandboxId
  readonly name: string
  readonly cgroup: string
  readonly pid: number
}

export interface Disturbance {
  readonly pressures: readonly Pressure[]
  readonly interference: readonly Interference[]
  /** A slot was added to the history. */
  readonly slotAdded: boolean
}

/** Measures who disturbs whom, over the last ten seconds. */
export interface InterferenceMeter {
  /** Reads all counters once; to be called about once a second. */
  measure(neighbours: readonly Neighbour[], monotonicMs: number, at: Date): Promise<Disturbance>
  history(): InterferenceSlot[]
  /** Forgets readings: after a pause they would cover a time long gone. */
  rest(): void
}

interface Deps {
  /** Reports memory and disk of a sandbox; asked only while somebody waits for one of them. */
  readonly usage: CgroupReader
  readonly counters?: CounterReader
  readonly cores?: number
}

const windowMs = 10_000

interface Track {
  readonly pid: number
  readonly window: SlidingWindow<Counters>
  held: { readonly ms: number; readonly ioBytes: number } | null
}

export function createInterferenceMeter(deps: Deps): InterferenceMeter {
  const { usage, counters = createCounterReader(), cores = availableParallelism() } = deps
  const tracks = new Map<string, Track>()
  const past = createHistory()
  let host: SlidingWindow<HostCounters> = createWindow(windowMs)

  const trackOf = ({ id, pid }: Neighbour): Track => {
    const known = tracks.get(id)
    if (known?.pid === pid) return known
    const track: Track = { pid, window: createWindow(windowMs), held: null }
    tracks.set(id, track)
    return track
  }
  const readShares = (neighbour: Neighbour, ms: number): Shares[] => {
    const { window } = trackOf(neighbour)
    const value = counters.read(neighbour.cgroup, neighbour.pid, window.latest())
    if (value === null) return []
    window.add(ms, value)
    const span = window.span()
    return span === null ? [] : [sharesOf(neighbour, span)]
  }
  const readHoldings = async (neighbour: Neighbour, ms: number): Promise<Holdings[]> => {
    const track = trackOf(neighbour)
    const now = await usage.read(neighbour.cgroup, neighbour.pid)
    if (now === null) return []
    const ioBytes = now.ioReadBytes + now.ioWriteBytes
    const before = track.held
    track.held = { ms, ioBytes }
    const seconds = before === null ? 0 : (ms - before.ms) / 1000
    const ioRate = before === null || seconds <= 0 ? 0 : Math.max(0, ioBytes - before.ioBytes) / seconds
    return [{ id: neighbour.id, memoryBytes: now.memoryBytes, ioRate }]
  }

  return {
    async measure(neighbours, ms, at) {
      const ids = new Set<string>(neighbours.map(({ id }) => id))
      for (const id of tracks.keys()) if (!ids.has(id)) tracks.delete(id)
      host.add(ms, counters.readHost())
      const shares = neighbours.flatMap((neighbour) => readShares(neighbour, ms))
      const waits = shares.some(({ memoryWait, ioWait }) => Math.max(memoryWait ?? 0, ioWait ?? 0) >= 0.1)
      const holdings: Holdings[] = []
      if (waits) for (const neighbour of neighbours) holdings.push(...(await readHoldings(neighbour, ms)))
      const interference = attribute(shares, hostShares(cores, host.span()), holdings)
      const slotAdded = past.add(ms, at, interference)
      return { pressures: shares.map(toPressure), interference, slotAdded }
    },
    history: past.slots,
    rest() {
      tracks.clear()
      host = createWindow(windowMs)
    },
  }
}

/** Rounded, so that a host on which nothing happens sends nothing. */
function toPressure(shares: Shares): Pressure {
  const step = (share: number | null) => (share === null ? null : toSteps(share))
  return {
    id: shares.id as SandboxId,
    cpu: step(shares.cpuWait),
    memory: step(shares.memoryWait),
    io: step(shares.ioWait),
    throttled: toSteps(shares.throttled),
    cpuCores: Math.round(shares.cpuCores * 10) / 10,
    reclaim: shares.reclaim === null ? null : Math.round(shares.reclaim / 100) * 100,
  }
}
