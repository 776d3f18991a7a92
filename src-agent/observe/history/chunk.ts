import { type Row, width } from './columns.ts'

/** Buckets that are kept, and written, together. */
export const bucketsOfChunk = 60
const firstBuckets = 4

/** Up to sixty buckets in a row: of each, how many seconds it has, and mean, least and most of each metric. */
export interface Chunk {
  /** Seconds since 1970 of its first bucket. */
  readonly start: number
  /** Seconds that one bucket lasts. */
  readonly step: number
  /** How many seconds were measured of each bucket; 0: nothing is known. */
  readonly seconds: Uint16Array
  /** Where a bucket is one second, mean, least and most are one, and the three are one array. */
  readonly avg: Float32Array
  readonly min: Float32Array
  readonly max: Float32Array
}

export function spanOf(step: number): number {
  return step * bucketsOfChunk
}

/** The start of the chunk that has this second. */
export function chunkStart(second: number, step: number): number {
  return second - (second % spanOf(step))
}

/** Most sandboxes rest or end soon, so it begins small. */
export function createChunk(start: number, step: number, buckets = firstBuckets): Chunk {
  const avg = new Float32Array(buckets * width)
  const isPlain = step === 1
  return {
    start,
    step,
    seconds: new Uint16Array(buckets),
    avg,
    min: isPlain ? avg : new Float32Array(buckets * width),
    max: isPlain ? avg : new Float32Array(buckets * width),
  }
}

/** Adds what held in one second. A new chunk where the old one had no room: whoever has the old one takes it in its place. */
export function addSecond(before: Chunk, second: number, row: Row): Chunk {
  const bucket = Math.floor((second - before.start) / before.step)
  const chunk = bucket < before.seconds.length ? before : grown(before, bucket)
  const seconds = chunk.seconds[bucket] ?? 0
  const base = bucket * width
  if (seconds === 0 || chunk.step === 1) {
    for (const values of new Set([chunk.avg, chunk.min, chunk.max])) values.set(row, base)
    chunk.seconds[bucket] = 1
    return chunk
  }
  const { avg, min, max } = chunk
  for (let column = 0; column < width; column += 1) {
    const value = row[column] ?? Number.NaN
    if (Number.isNaN(value)) continue
    const at = base + column
    const mean = avg[at] ?? Number.NaN
    avg[at] = Number.isNaN(mean) ? value : mean + (value - mean) / (seconds + 1)
    if (!((min[at] ?? Number.NaN) <= value)) min[at] = value
    if (!((max[at] ?? Number.NaN) >= value)) max[at] = value
  }
  chunk.seconds[bucket] = seconds + 1
  return chunk
}

function grown(before: Chunk, bucket: number): Chunk {
  const buckets = Math.min(bucketsOfChunk, Math.max(bucket + 1, before.seconds.length * 2))
  const chunk = createChunk(before.start, before.step, buckets)
  chunk.seconds.set(before.seconds)
  chunk.avg.set(before.avg)
  if (chunk.min !== chunk.avg) {
    chunk.min.set(before.min)
    chunk.max.set(before.max)
  }
  return chunk
}
