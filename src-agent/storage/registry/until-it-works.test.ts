import { expect, test } from 'vitest'
import { appError } from '#contract/app-error'
import { untilItWorks } from './until-it-works.ts'

const lost = (mayPass: boolean) => ({
  error: appError('registry-connection-lost', { registry: 'reg.example' }),
  mayPass,
})
const setting = (mayPass: boolean) => {
  const pauses: number[] = []
  return {
    pauses,
    ...{ signal: new AbortController().signal, attempts: 4, explain: () => lost(mayPass) },
    pause: (milliseconds: number) => {
      pauses.push(milliseconds)
      return Promise.resolve()
    },
  }
}
const failing = (times: number) => {
  let left = times
  return () => (left-- > 0 ? Promise.reject(new Error('broken')) : Promise.resolve('done'))
}

test('what passes is tried again, after pauses that grow', async () => {
  const retry = setting(true)
  expect(await untilItWorks(retry, failing(3))).toBe('done')
  expect(retry.pauses).toEqual([500, 1000, 2000])
})

test('what does not pass is tried once', async () => {
  const retry = setting(false)
  await expect(untilItWorks(retry, failing(1))).rejects.toMatchObject({ wire: { reason: 'registry-connection-lost' } })
  expect(retry.pauses).toEqual([])
})

test('it ends after so many attempts, unless they bring something', async () => {
  await expect(untilItWorks(setting(true), failing(4))).rejects.toThrow()
  expect(await untilItWorks({ ...setting(true), hasGained: () => Promise.resolve(true) }, failing(20))).toBe('done')
})

test('a person who gives up is not made to wait', async () => {
  const stop = new AbortController()
  const { pause: _none, ...retry } = setting(true)
  const waiting = untilItWorks({ ...retry, signal: stop.signal }, failing(3))
  stop.abort()
  await expect(waiting).rejects.toMatchObject({ wire: { code: 'cancelled' } })
})
