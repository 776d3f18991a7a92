import { expect, test } from 'vitest'
import { windowAccount } from '#contract/client/place'
import { createIdRanges, idsOfSandbox, nobodysIds } from './id-ranges.ts'

test('each owner has a range of its own, the same until it lets go', () => {
  const ranges = createIdRanges(['', ''], 7)
  const [one, other] = [ranges.take('one'), ranges.take('other')]
  expect(one).not.toBeNull()
  expect(Math.abs((one ?? 0) - (other ?? 0))).toBeGreaterThanOrEqual(idsOfSandbox)
  expect(ranges.take('one')).toBe(one)
  ranges.release('one')
  expect(ranges.take('third')).not.toBe(one)
})

test('what an earlier agent gave is not given again', () => {
  const first = createIdRanges(['', ''], 0).take('a')
  const later = createIdRanges(['', ''], 0)
  later.occupy('b', first ?? 0)
  expect(later.take('a')).not.toBe(first)
})

test('all of them lie below what does not fit into a signed number, and none is nobody’s or the window’s', () => {
  const ranges = createIdRanges(['', ''], 0)
  const all = new Set(Array.from({ length: 4094 }, (_, index) => ranges.take(String(index)) ?? -1))
  expect(all.size).toBe(4094)
  expect(all.has(nobodysIds)).toBe(false)
  expect(Math.max(...all) + idsOfSandbox).toBe(windowAccount)
  expect(ranges.take('one more')).toBeNull()
})

test('the entry of joey is used where users and groups have it, and what others have is left out otherwise', () => {
  const entry = 'me:100000:65536\njoey:300000:131072\n'
  const ranges = createIdRanges([entry, entry], 0)
  expect([ranges.take('a'), ranges.take('b'), ranges.take('c')]).toEqual([300_000, 365_536, null])
  const second = nobodysIds + idsOfSandbox
  expect(createIdRanges([entry, ''], 0).take('a')).toBe(second)
  expect(createIdRanges([`lxd:${second + 5}:10\n`, ''], 0).take('a')).toBe(second + idsOfSandbox)
})
