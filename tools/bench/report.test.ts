import { expect, test } from 'vitest'
import { describeMachine, formatChanges, parseReport, readVersions } from './report.ts'
import type { Row } from './row.ts'

const row = (what: string, ratio: number, spread?: [number, number]): Row => ({
  ...{ what, ours: ratio * 10, bare: 10, ratio, unit: 'ms', limit: 2 },
  ...(spread && { spread }),
})

test('what changed is told from what only varied', () => {
  const earlier = [row('run', 1.5, [1.4, 1.7]), row('exec', 2), row('ls', 1.5), row('gone', 1)]
  const shown = formatChanges(earlier, [row('run', 1.8), row('exec', 1), row('ls', 3), row('fresh', 1.2)])
  expect(shown.split('\n')).toEqual([
    'what   before  now',
    'run    1.50    1.80  the same (+20 %)',
    'exec   2.00    1.00  faster (-50 %)',
    'ls     1.50    3.00  slower (+100 %)',
    'fresh          1.20  new',
    'gone   1.00          not measured',
  ])
})

test('a report that was written is read again, and what is none is refused', () => {
  const report = {
    measuredAt: '2026-01-01T00:00:00.000Z',
    machine: describeMachine(),
    versions: {},
    rows: [row('run', 1, [1, 2])],
  }
  expect(parseReport(JSON.stringify(report)).rows).toEqual(report.rows)
  expect(() => parseReport('[]')).toThrow()
  expect(() => parseReport('no report')).toThrow(SyntaxError)
})

test('versions are those of the programs that are there', async () => {
  const versions = await readVersions()
  expect(versions['node']).toBe(process.version)
  expect(Object.values(versions)).not.toContain('')
})
