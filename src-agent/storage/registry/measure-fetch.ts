import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Transfer } from '#contract/image'

/** What is to be fetched, and what is known of it before. */
export interface FetchSize {
  readonly totalBytes: number
  readonly totalLayers: number
  readonly hereLayers: number
  /** Names of the files that layers become. */
  readonly wanted: ReadonlySet<string>
}

export interface Measure {
  stop(): void
}

const everyMs = 400
/** The rate is that of so many measurements. */
const window = 12

interface MeasureOptions {
  /** The OCI layout that skopeo writes. */
  readonly layout: string
  readonly size: FetchSize
  readonly resumed: () => number
  /** All bytes that may lie there before it is stopped. */
  readonly mostBytes: number
  onTransfer(transfer: Transfer): void
  onExceeded(): void
}

/** Follows a fetch by what it writes: the program that does it says nothing that could be relied on. */
export function measureFetch(options: MeasureOptions): Measure {
  const { size, layout, onTransfer, onExceeded } = options
  const samples: { readonly at: number; readonly bytes: number }[] = []
  let done = false
  const measure = async (): Promise<void> => {
    const found = await measureLayout(layout, size.wanted)
    if (done) return
    if (found.all > options.mostBytes) return onExceeded()
    const now = { at: performance.now(), bytes: found.bytes }
    samples.push(now)
    if (samples.length > window) samples.shift()
    const [first = now] = samples
    const seconds = (now.at - first.at) / 1000
    onTransfer({
      bytes: Math.min(found.bytes, size.totalBytes),
      totalBytes: size.totalBytes,
      bytesPerSecond: seconds > 0 ? Math.max(0, Math.round((now.bytes - first.bytes) / seconds)) : 0,
      layers: found.layers,
      ...{ totalLayers: size.totalLayers, hereLayers: size.hereLayers, resumed: options.resumed() },
    })
  }
  const timer = setInterval(() => void measure().catch(() => undefined), everyMs)
  return {
    stop() {
      done = true
      clearInterval(timer)
    },
  }
}

async function measureLayout(
  layout: string,
  wanted: ReadonlySet<string>,
): Promise<{ readonly bytes: number; readonly all: number; readonly layers: number }> {
  const blobs = join(layout, 'blobs', 'sha256')
  const unfinished = (await list(layout)).filter((name) => name.startsWith('oci-put-blob'))
  const finished = await list(blobs)
  const layers = finished.filter((name) => wanted.has(name))
  const sizes = (folder: string, names: readonly string[]) =>
    Promise.all(names.map((name) => sizeOf(join(folder, name))))
  const growing = sum(await sizes(layout, unfinished))
  const whole = sum(await sizes(blobs, layers))
  return { bytes: growing + whole, all: growing + whole, layers: layers.length }
}

const list = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])
const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0)

async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => null)
  return found?.size ?? 0
}
