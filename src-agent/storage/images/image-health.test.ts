import { expect, test } from 'vitest'
import { HealthCheck } from '#contract/health'
import { describeHealthCheck, toHealthCheck } from './image-health.ts'
import { Configuration } from './oci-schemas.ts'

const second = 1_000_000_000
/** As the configuration of an image is read. */
function read(Healthcheck: object | null) {
  const { config } = Configuration.parse({ config: { Healthcheck }, rootfs: { diff_ids: [] } })
  const check = toHealthCheck(config?.Healthcheck)
  return check && HealthCheck.parse(check)
}
const nothing = HealthCheck.parse({})

test.each<[object | null, object | null]>([
  [null, null],
  [{ Test: ['NONE'] }, { command: [] }],
  [{ Test: ['CMD', 'curl', '-f', 'x'] }, { command: ['curl', '-f', 'x'] }],
  [{ Test: ['CMD-SHELL', 'a | b'] }, { command: ['/bin/sh', '-c', 'a | b'] }],
  [{ Test: ['CMD'] }, {}],
  [{ Test: ['ODD', 'x'] }, {}],
  [{ Test: [] }, {}],
  [
    { Interval: 5 * second, Timeout: 2 * second, StartPeriod: second, Retries: 4 },
    { intervalMs: 5000, timeoutMs: 2000, startPeriodMs: 1000, retries: 4 },
  ],
  [{ Interval: 0, Timeout: 0, StartPeriod: 0, Retries: 0 }, {}],
  // An image must not have the agent start programs without a pause.
  [
    { Interval: 1, Timeout: -1, StartInterval: 1, Retries: 1e300, StartPeriod: 1e300 },
    { intervalMs: 100, startIntervalMs: 100, retries: 1_000_000, startPeriodMs: 2 ** 40 },
  ],
])('%j is read as Docker reads it', (described, check) => {
  expect(read(described)).toEqual(check && { ...nothing, ...check })
})

test('what is described of a check is read as the same', () => {
  for (const check of [
    { command: [] },
    { command: ['a', 'b'], intervalMs: 1500, retries: 2, startIntervalMs: 300, timeoutMs: 700, startPeriodMs: 1 },
  ]) {
    const whole = HealthCheck.parse(check)
    expect(read(describeHealthCheck(whole))).toEqual(whole)
  }
})
