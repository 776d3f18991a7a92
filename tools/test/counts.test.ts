import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readPlaywrightReport, readVitestReport, sum, withExitCode } from './counts.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-counts-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function report(text: string): string {
  const file = join(folder, 'report.json')
  writeFileSync(file, text)
  return file
}

test('counts of all stages are added', () => {
  expect(
    sum([
      { passed: 2, failed: 0 },
      { passed: 3, failed: 1 },
    ]),
  ).toEqual({ passed: 5, failed: 1 })
})

test('a runner that ended badly without a failed test counts as one failure', () => {
  expect(withExitCode({ passed: 5, failed: 0 }, 1)).toEqual({ passed: 5, failed: 1 })
  expect(withExitCode({ passed: 5, failed: 0 }, null)).toEqual({ passed: 5, failed: 1 })
})

test('a runner that ended badly because of failed tests counts these only', () => {
  expect(withExitCode({ passed: 5, failed: 2 }, 1)).toEqual({ passed: 5, failed: 2 })
})

test.each([
  ['missing', undefined],
  ['cut short', '{"numPassedTests": 3, "numFai'],
  ['empty', '{}'],
])('a report that is %s counts as a failure', (_how, text) => {
  const file = text === undefined ? join(folder, 'nowhere.json') : report(text)
  expect(readVitestReport(file)).toEqual({ passed: 0, failed: 1 })
  expect(readPlaywrightReport(file)).toEqual({ passed: 0, failed: 1 })
})

test("vitest's report is read", () => {
  expect(readVitestReport(report('{"numPassedTests": 3, "numFailedTests": 1}'))).toEqual({ passed: 3, failed: 1 })
})

test("a flaky test in Playwright's report counts as failed", () => {
  const file = report('{"stats": {"expected": 4, "unexpected": 1, "flaky": 1, "skipped": 0}}')
  expect(readPlaywrightReport(file)).toEqual({ passed: 4, failed: 2 })
})
