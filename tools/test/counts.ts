import { readFileSync } from 'node:fs'

/** What a stage of the test run came to. */
export interface Counts {
  readonly passed: number
  readonly failed: number
}

/** A stage whose runner died without a report still failed. */
export const crashed: Counts = { passed: 0, failed: 1 }

/** Adds up the stages. */
export function sum(all: readonly Counts[]): Counts {
  return all.reduce((total, { passed, failed }) => ({ passed: total.passed + passed, failed: total.failed + failed }), {
    passed: 0,
    failed: 0,
  })
}

/**
 * A runner that exits with an error but reports no failed test had a failure outside of any test: a file that could not
 * be loaded, an unhandled rejection, no tests at all.
 */
export function withExitCode(counts: Counts, code: number | null): Counts {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** Reads vitest's JSON report; one that is missing or damaged counts as a crash. */
export function readVitestReport(file: string): Counts {
  const report = readJson(file) as { numPassedTests?: unknown; numFailedTests?: unknown } | undefined
  const { numPassedTests: passed, numFailedTests: failed } = report ?? {}
  return typeof passed === 'number' && typeof failed === 'number' ? { passed, failed } : crashed
}

/** Reads Playwright's JSON report; a flaky test counts as failed, because it is a fault in the product or in the test. */
export function readPlaywrightReport(file: string): Counts {
  const report = readJson(file) as { stats?: { expected?: unknown; unexpected?: unknown; flaky?: unknown } } | undefined
  const { expected, unexpected, flaky } = report?.stats ?? {}
  if (typeof expected !== 'number' || typeof unexpected !== 'number') return crashed
  return { passed: expected, failed: unexpected + (typeof flaky === 'number' ? flaky : 0) }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
