import { expect, test } from 'vitest'
import { usageMetrics } from '#contract/usage-history'
import { csvLines, historyColumns, historyRows } from './history-table.ts'
import { formatTable } from './table.ts'

const past = {
  name: 'web, "the" one',
  since: '2026-06-01T12:00:00.000Z',
  until: '2026-06-01T12:00:30.000Z',
  step: 10,
  states: [],
  columns: [
    { metric: 'cpu' as const, avg: [0.5, null, 0], min: [0.25, null, 0], max: [1, null, 0] },
    {
      metric: 'memory' as const,
      avg: [2 ** 20, null, 2 ** 20],
      min: [2 ** 20, null, 2 ** 20],
      max: [2 ** 21, null, 2 ** 20],
    },
    { metric: 'oomKills' as const, avg: [0.1, null, 0], min: [0, null, 0], max: [1, null, 0] },
  ],
}

test('the table leaves gaps out, and says where something was killed', () => {
  const lines = formatTable(historyColumns(historyRows([past])), historyRows([past]), { colours: false })
  expect(lines).toHaveLength(3)
  expect(lines[1]).toMatch(/50\.0 +100\.0 +- +1 MiB +2 MiB .*out of memory/)
  expect(lines[2]).toMatch(/ 0\.0 +0\.0 +- +1 MiB/)
})

test('CSV has a line for every step, gaps included, and names that are quoted', () => {
  const [title, first, gap] = csvLines([past])
  expect(title?.split(',')).toHaveLength(2 + usageMetrics.length * 3)
  expect(first).toMatch(/^2026-06-01T12:00:00\.000Z,"web, ""the"" one",0\.5,0\.25,1,/)
  expect(gap).toMatch(/^2026-06-01T12:00:10\.000Z,"web, ""the"" one",,,,/)
  expect(gap?.endsWith(',,,')).toBe(true)
})
