import { expect, test } from 'vitest'
import { HealthCheck, type HealthLog, noHealthLog } from '#contract/health'
import { healthCheckOf, judgeHealth } from './health-check.ts'

const image = (check: object | null) => ({ healthcheck: check && HealthCheck.parse(check) })
const own = (check: object | null) => ({ healthCheck: check && HealthCheck.parse(check) })
const usual = { intervalMs: 30_000, timeoutMs: 30_000, retries: 3, startPeriodMs: 0, startIntervalMs: 5_000 }

test('the sandbox comes first, then the image, then what is usual', () => {
  expect(healthCheckOf(own(null), image(null))).toBeNull()
  expect(healthCheckOf(own({ intervalMs: 500 }), image(null))).toBeNull()
  expect(healthCheckOf(own(null), image({ command: ['true'] }))).toEqual({ argv: ['true'], ...usual })
  expect(
    healthCheckOf(own({ retries: 5, startPeriodMs: 7 }), image({ command: ['a'], retries: 2, timeoutMs: 900 })),
  ).toEqual({ ...usual, argv: ['a'], retries: 5, startPeriodMs: 7, timeoutMs: 900 })
  expect(healthCheckOf(own({ command: [] }), image({ command: ['a'] }))).toBeNull()
  expect(healthCheckOf(own({ command: ['b'] }), image({ command: [] }))).toEqual({ argv: ['b'], ...usual })
})

const at = '2026-01-01T00:00:00.000Z'
const result = (code: number | null) => ({ startedAt: at, endedAt: at, code, timedOut: code === null, output: '' })

/** What it is after each result; `s` in the start period. */
function judged(codes: readonly (number | null)[], inStartPeriod = 0) {
  let now: { status: 'starting' | 'healthy' | 'unhealthy'; log: HealthLog } = { status: 'starting', log: noHealthLog }
  return codes.map((code, index) => {
    now = judgeHealth(now, result(code), { retries: 2, isInStartPeriod: index < inStartPeriod })
    return `${now.status} ${now.log.failingStreak}`
  })
}

test('so many failures in a row make it unhealthy, and one success healthy', () => {
  expect(judged([1, null, 1, 0, 1, 0, 1, 1])).toEqual([
    ...['starting 1', 'unhealthy 2', 'unhealthy 3', 'healthy 0', 'healthy 1', 'healthy 0', 'healthy 1', 'unhealthy 2'],
  ])
})

test('failures in the start period count only after a success', () => {
  expect(judged([1, 1, 1, 1, 1], 3)).toEqual(['starting 0', 'starting 0', 'starting 0', 'starting 1', 'unhealthy 2'])
  expect(judged([0, 1, 1], 3)).toEqual(['healthy 0', 'healthy 1', 'unhealthy 2'])
})

test('five results are kept', () => {
  let log = noHealthLog
  for (let code = 0; code < 8; code += 1) {
    ;({ log } = judgeHealth({ status: 'healthy', log }, result(code), { retries: 3, isInStartPeriod: false }))
  }
  expect(log.latest.map(({ code }) => code)).toEqual([3, 4, 5, 6, 7])
})
