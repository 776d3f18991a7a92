import { describe, expect, test } from 'vitest'
import type { LayerSummary } from '../../state/records/image-records.ts'
import { countLayersHere, mostParts, planParts, startAfter } from './image-parts.ts'

const mebibyte = 2 ** 20
const layer = (diffId: string, mebibytes: number, more: Partial<LayerSummary> = {}): LayerSummary => ({
  ...{ diffId, contentBytes: mebibytes * mebibyte, entries: 0, newest: 1, divisible: true },
  ...more,
})
const groups = (layers: readonly LayerSummary[]) =>
  planParts(layers).map((part) => part.layers.map(({ diffId }) => diffId).join('+'))

describe('the layers of an image are divided into parts', () => {
  test.each<[string, LayerSummary[], string[]]>([
    ['one layer is one part', [layer('a', 100)], ['a']],
    ['none is one part too', [], ['']],
    ['large layers are parts of their own', [layer('a', 100), layer('b', 40), layer('c', 3)], ['a', 'b', 'c']],
    [
      'small ones are joined, until they are a fiftieth of all',
      [layer('a', 100), layer('b', 1), layer('c', 1.5), layer('d', 1)],
      ['a', 'b+c', 'd'],
    ],
    ['the first part is no smaller than 1 MiB', [layer('a', 0.3), layer('b', 0.8), layer('c', 0.1)], ['a+b', 'c']],
    [
      'thousands of files without content have a size',
      [layer('a', 1), layer('b', 0, { entries: 10_000 }), layer('c', 1)],
      ['a', 'b', 'c'],
    ],
    [
      'with one that cannot be unpacked over others all are one part',
      [layer('a', 100), layer('b', 100, { divisible: false }), layer('c', 100)],
      ['a+b+c'],
    ],
  ])('%s', (_rule, layers, expected) => {
    expect(groups(layers)).toEqual(expected)
  })

  test('at most so many, the last of which has the rest', () => {
    const parts = planParts(Array.from({ length: 127 }, (_, index) => layer(`l${index}`, 10)))
    expect(parts).toHaveLength(mostParts)
    expect(parts.at(-1)?.layers).toHaveLength(127 - mostParts + 1)
  })

  test('images with the same lowest layers have the same parts there, whatever lies above', () => {
    const below = [layer('a', 100), layer('b', 1), layer('c', 1.5)]
    const [one, other] = [planParts([...below, layer('d', 50)]), planParts([...below, layer('e', 0.1)])]
    expect(one.slice(0, 2)).toEqual(other.slice(0, 2))
    expect(one[2]?.digest).not.toBe(other[2]?.digest)
  })

  test('the same layer over others is another part', () => {
    const [one, other] = [planParts([layer('a', 9), layer('z', 9)]), planParts([layer('b', 9), layer('z', 9)])]
    expect(one[1]?.digest).not.toBe(other[1]?.digest)
  })

  test('each as new as the newest file up to there', () => {
    const layers = [layer('a', 9, { newest: 7 }), layer('b', 9, { newest: 5 }), layer('c', 9, { newest: 9 })]
    expect(planParts(layers).map(({ newest }) => newest)).toEqual([7, 7, 9])
  })
})

test('each part begins on a whole MiB behind those below', () => {
  expect(startAfter([])).toBe(0)
  expect(startAfter([{ start: 0, bytes: mebibyte }])).toBe(mebibyte)
  expect(
    startAfter([
      { start: 0, bytes: 1 },
      { start: mebibyte, bytes: mebibyte + 1 },
    ]),
  ).toBe(3 * mebibyte)
})

describe('of the layers that somebody is about to fetch those are here', () => {
  const layers = [layer('a', 100), layer('b', 5), layer('c', 0.1)]
  const image = { parts: planParts(layers).map((part) => ({ ...part, start: 0, bytes: 1, layers: [...part.layers] })) }
  test.each<[string, string[], number]>([
    ['all, where it is the same image', ['a', 'b', 'c'], 3],
    ['those in whole parts, where more come', ['a', 'b', 'c', 'd'], 2],
    ['those up to where it is another', ['a', 'x', 'c'], 1],
    ['none, where it begins otherwise', ['x', 'b', 'c'], 0],
  ])('%s', (_rule, diffIds, count) => {
    expect(countLayersHere([{ parts: [] }, image], diffIds)).toBe(count)
  })
})
