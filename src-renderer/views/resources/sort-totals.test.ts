import { expect, test } from 'vitest'
import type { UsageTotal } from '#contract/usage-history'
import { sortTotals } from './sort-totals.ts'

const make = (name: string, cpuSeconds: number): UsageTotal => ({
  ...{ id: name.repeat(12) as UsageTotal['id'], name, class: 'container', removed: false, cpuSeconds },
  ...{ memoryAvgBytes: 0, memoryMaxBytes: 0, ioBytes: 0, netBytes: 0, oomKills: 0 },
})

test('who took most comes first, or last, and equals stand by their names', () => {
  const totals = [make('b', 1), make('a', 1), make('c', 9)]
  const names = (descending: boolean) => sortTotals(totals, { by: 'cpuSeconds', descending }).map(({ name }) => name)
  expect(names(true)).toEqual(['c', 'a', 'b'])
  expect(names(false)).toEqual(['a', 'b', 'c'])
})
