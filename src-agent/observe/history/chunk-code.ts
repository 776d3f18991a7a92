import { bucketsOfChunk, type Chunk, createChunk } from './chunk.ts'
import { quanta, type Row, width } from './columns.ts'

/*
 * A chunk as bytes: version, number of metrics, number of buckets, the seconds of each bucket, and for each metric mean, least and
 * most. Numbers are whole and mostly small: a mean as its difference to the one before, least and most as their distance from the mean.
 * A metric that does not move takes two bytes, whatever the number of buckets.
 */

const version = 1
/** What a column of numbers begins with. */
const unknown = 0
const constant = 1
const moving = 2

/** Hundreds of chunks may be written one after the other, so nothing is made anew for each. */
const scratch = {
  means: new Float64Array(bucketsOfChunk),
  others: new Float64Array(bucketsOfChunk),
  writer: createWriter(),
}

export function encodeChunk(chunk: Chunk): Uint8Array {
  const { writer: out } = scratch
  out.restart()
  const used = chunk.seconds.findLastIndex((count) => count !== 0) + 1
  out.number(version)
  out.number(width)
  out.number(used)
  for (let bucket = 0; bucket < used; bucket += 1) out.number(chunk.seconds[bucket] ?? 0)
  for (let column = 0; column < width; column += 1) {
    const means = quantized(scratch.means, chunk.avg, chunk.seconds, column)
    writeSeries(out, means)
    if (chunk.step === 1) continue
    writeDistances(out, means, quantized(scratch.others, chunk.min, chunk.seconds, column), -1)
    writeDistances(out, means, quantized(scratch.others, chunk.max, chunk.seconds, column), 1)
  }
  return out.bytes()
}

/** Null for bytes of another version, or that are damaged: then nothing is known of that time. */
export function decodeChunk(bytes: Uint8Array, start: number, step: number): Chunk | null {
  const input = createReader(bytes)
  if (input.number() !== version) return null
  const columns = input.number()
  const used = input.number()
  if (columns > width || used > bucketsOfChunk) return null
  const chunk = createChunk(start, step, used)
  const filled: number[] = []
  for (let bucket = 0; bucket < used; bucket += 1) {
    chunk.seconds[bucket] = input.number()
    if (chunk.seconds[bucket] !== 0) filled.push(bucket)
  }
  for (const values of new Set([chunk.avg, chunk.min, chunk.max])) values.fill(Number.NaN)
  for (let column = 0; column < columns; column += 1) {
    const quantum = quanta[column] ?? 1
    const put = (values: Float32Array, numbers: readonly number[]): void => {
      for (const [place, bucket] of filled.entries()) {
        const number = numbers[place] ?? 0
        values[bucket * width + column] = number === 0 ? Number.NaN : (number - 1) * quantum
      }
    }
    const means = readSeries(input, filled.length)
    put(chunk.avg, means)
    if (step === 1) continue
    put(chunk.min, readDistances(input, means, -1))
    put(chunk.max, readDistances(input, means, 1))
  }
  return input.isWhole() ? chunk : null
}

export function encodeRow(row: Row): Uint8Array {
  const { writer: out } = scratch
  out.restart()
  for (let column = 0; column < width; column += 1) out.number(quantize(row[column] ?? Number.NaN, column))
  return out.bytes()
}

export function decodeRow(bytes: Uint8Array): Row {
  const input = createReader(bytes)
  const row = new Float32Array(width).fill(Number.NaN)
  for (let column = 0; column < width && input.hasMore(); column += 1) {
    const number = input.number()
    if (number !== 0) row[column] = (number - 1) * (quanta[column] ?? 1)
  }
  return row
}

/** 0 where it is not known. */
function quantize(value: number, column: number): number {
  return Number.isNaN(value) ? 0 : Math.max(0, Math.round(value / (quanta[column] ?? 1))) + 1
}

/** The filled buckets of one column, in the array that is given. */
function quantized(into: Float64Array, values: Float32Array, seconds: Uint16Array, column: number): Float64Array {
  let count = 0
  for (let bucket = 0; bucket < seconds.length; bucket += 1) {
    if (seconds[bucket] === 0) continue
    into[count] = quantize(values[bucket * width + column] ?? Number.NaN, column)
    count += 1
  }
  return into.subarray(0, count)
}

function writeSeries(out: Writer, numbers: Float64Array): void {
  const first = numbers[0] ?? 0
  if (numbers.every((number) => number === first)) {
    out.number(first === 0 ? unknown : constant)
    if (first !== 0) out.number(first)
    return
  }
  out.number(moving)
  let before = 0
  for (const number of numbers) {
    const difference = number - before
    out.number(difference < 0 ? -difference * 2 - 1 : difference * 2)
    before = number
  }
}

function readSeries(input: Reader, count: number): number[] {
  const kind = input.number()
  if (kind !== moving) {
    const same = kind === constant ? input.number() : 0
    return Array.from({ length: count }, () => same)
  }
  let before = 0
  return Array.from({ length: count }, () => {
    const coded = input.number()
    before += coded % 2 === 1 ? -(coded + 1) / 2 : coded / 2
    return before
  })
}

function writeDistances(out: Writer, means: Float64Array, numbers: Float64Array, sign: number): void {
  // Rounding may put the mean a little outside of the two.
  const distance = (place: number): number => Math.max(0, ((numbers[place] ?? 0) - (means[place] ?? 0)) * sign)
  let isMoving = false
  for (let place = 0; place < numbers.length && !isMoving; place += 1) isMoving = distance(place) !== 0
  out.number(isMoving ? moving : unknown)
  if (!isMoving) return
  for (let place = 0; place < numbers.length; place += 1) out.number(distance(place))
}

function readDistances(input: Reader, means: readonly number[], sign: number): readonly number[] {
  return input.number() === unknown ? means : means.map((mean) => mean + sign * input.number())
}

interface Writer {
  /** Forgets what was written. */
  restart(): void
  /** A whole number from 0 on, seven bits to a byte. */
  number(value: number): void
  bytes(): Uint8Array
}

function createWriter(): Writer {
  let buffer = new Uint8Array(512)
  let length = 0
  return {
    restart() {
      length = 0
    },
    number(value) {
      if (length + 8 > buffer.length) {
        const longer = new Uint8Array(buffer.length * 2)
        longer.set(buffer)
        buffer = longer
      }
      let rest = value
      while (rest >= 128) {
        buffer[length] = (rest % 128) + 128
        length += 1
        rest = Math.floor(rest / 128)
      }
      buffer[length] = rest
      length += 1
    },
    bytes: () => buffer.slice(0, length),
  }
}

interface Reader {
  number(): number
  hasMore(): boolean
  /** Everything was read, and nothing beyond the end. */
  isWhole(): boolean
}

function createReader(bytes: Uint8Array): Reader {
  let place = 0
  return {
    number() {
      let value = 0
      for (let factor = 1; ; factor *= 128) {
        const byte = bytes[place] ?? 0
        place += 1
        value += (byte % 128) * factor
        if (byte < 128 || factor > 2 ** 49) return value
      }
    },
    hasMore: () => place < bytes.length,
    isWhole: () => place === bytes.length,
  }
}
