import { expect, test } from 'vitest'
import { usageMetrics } from '#contract/usage-history'
import { addSecond, type Chunk, createChunk } from './chunk.ts'
import { decodeChunk, decodeRow, encodeChunk, encodeRow } from './chunk-code.ts'
import { type Row, rowOf, width } from './columns.ts'

const nothing = Object.fromEntries(usageMetrics.map((metric) => [metric, null])) as Record<
  (typeof usageMetrics)[number],
  number | null
>

const make = (more: Partial<typeof nothing>): Row => rowOf({ ...nothing, ...more })

function fill(step: number, seconds: readonly (readonly [number, Row])[]): Chunk {
  let chunk = createChunk(6_000, step)
  for (const [second, row] of seconds) chunk = addSecond(chunk, 6_000 + second, row)
  return chunk
}

const column = (values: Float32Array, name: (typeof usageMetrics)[number], buckets: number): number[] =>
  Array.from({ length: buckets }, (_, bucket) => values[bucket * width + usageMetrics.indexOf(name)] ?? Number.NaN)

test('seconds come back as they were, with gaps as gaps and what is not known as not known', () => {
  const chunk = fill(1, [
    [0, make({ cpu: 0.5, memory: 3 * 2 ** 30, ioReadBytes: 123_456_789 })],
    [1, make({ cpu: 0, memory: 3 * 2 ** 30 })],
    [59, make({ cpu: 12.25, memory: 1024 })],
  ])
  const back = decodeChunk(encodeChunk(chunk), 6_000, 1)
  if (back === null) throw new Error('It is whole.')
  expect([...back.seconds.entries()].filter(([, seconds]) => seconds > 0)).toEqual([
    [0, 1],
    [1, 1],
    [59, 1],
  ])
  expect(column(back.avg, 'cpu', 2)).toEqual([0.5, 0])
  expect(column(back.avg, 'cpu', 60).at(-1)).toBe(12.25)
  expect(column(back.avg, 'memory', 2)).toEqual([3 * 2 ** 30, 3 * 2 ** 30])
  expect(column(back.avg, 'ioReadBytes', 2)).toEqual([Math.fround(123_456_789), Number.NaN])
  expect(column(back.avg, 'netSendDrops', 1)).toEqual([Number.NaN])
})

test('a bucket of ten seconds has mean, least and most of them', () => {
  const values = [1, 2, 3, 0.5, 0.5]
  const chunk = fill(
    10,
    values.map((cpu, second) => [second, make({ cpu })]),
  )
  const back = decodeChunk(encodeChunk(chunk), 6_000, 10)
  if (back === null) throw new Error('It is whole.')
  expect(back.seconds[0]).toBe(5)
  expect(column(back.avg, 'cpu', 1)[0]).toBeCloseTo(1.4, 4)
  expect(column(back.min, 'cpu', 1)[0]).toBeCloseTo(0.5, 4)
  expect(column(back.max, 'cpu', 1)[0]).toBeCloseTo(3, 4)
})

test('an hour in which nothing moves is a hundred bytes, a busy one a few thousand', () => {
  const calm = fill(
    60,
    Array.from({ length: 3_600 }, (_, second) => [second, make({ cpu: 0, memory: 2 ** 20, pids: 1 })]),
  )
  expect(encodeChunk(calm).length).toBeLessThan(250)
  const busy = fill(
    60,
    Array.from({ length: 3_600 }, (_, second) => [
      second,
      rowOf(
        Object.fromEntries(usageMetrics.map((name, at) => [name, ((second * 7_919 + at * 31) % 1_000) / 3])) as never,
      ),
    ]),
  )
  expect(encodeChunk(busy).length).toBeLessThan(20_000)
})

test('one moment comes back as it was', () => {
  const row = make({ memory: 5 * 2 ** 20, cpuLimit: 0.3, pids: 7 })
  const back = decodeRow(encodeRow(row))
  for (const [index, value] of row.entries()) {
    if (Number.isNaN(value)) expect(back[index]).toBeNaN()
    else expect(back[index]).toBeCloseTo(value, 4)
  }
})

test.each([
  ['of another version', (bytes: Uint8Array) => bytes.with(0, 9)],
  ['cut off', (bytes: Uint8Array) => bytes.slice(0, -1)],
  ['too long', (bytes: Uint8Array) => Uint8Array.of(...bytes, 1)],
  ['of nothing', () => new Uint8Array()],
  ['of more buckets than there can be', (bytes: Uint8Array) => bytes.with(2, 99)],
])('bytes %s are nothing, and no failure', (_what, damage) => {
  const bytes = encodeChunk(fill(10, [[0, make({ cpu: 1 })]]))
  expect(decodeChunk(damage(bytes), 6_000, 10)).toBeNull()
})
