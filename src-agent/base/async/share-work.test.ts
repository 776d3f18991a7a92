import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createShareWork } from './share-work.ts'

const never = new AbortController().signal

test('many at once have one run, and later ones another', async () => {
  const share = createShareWork<number>()
  let runs = 0
  const work = async () => {
    await turn()
    runs += 1
    return runs
  }
  expect(await Promise.all([share('a', never, work), share('a', never, work), share('b', never, work)])).toEqual([
    1, 1, 2,
  ])
  expect(await share('a', never, work)).toBe(3)
})

test('one who gives up leaves the work to the others', async () => {
  const share = createShareWork<string>()
  const done = Promise.withResolvers<string>()
  const [one, two] = [new AbortController(), new AbortController()]
  const first = share('a', one.signal, () => done.promise)
  const second = share('a', two.signal, () => done.promise)
  one.abort()
  await expect(first).rejects.toMatchObject({ wire: { code: 'cancelled' } })
  done.resolve('done')
  expect(await second).toBe('done')
})

test('when all have given up it is stopped, and whoever comes then waits until it is over and begins anew', async () => {
  const share = createShareWork<string>()
  const ending = Promise.withResolvers<void>()
  const one = new AbortController()
  let over = false
  const first = share('a', one.signal, async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    await ending.promise
    over = true
    throw new Error('stopped')
  })
  one.abort()
  const next = share('a', never, async () => `begun, the other over: ${over}`)
  ending.resolve()
  await expect(first).rejects.toMatchObject({ wire: { code: 'cancelled' } })
  expect(await next).toBe('begun, the other over: true')
})

test('a failure is reported to all, and is not kept', async () => {
  const share = createShareWork<string>()
  const fails = () => Promise.reject(new Error('no'))
  const both = await Promise.allSettled([share('a', never, fails), share('a', never, fails)])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await share('a', never, async () => 'yes')).toBe('yes')
})

function slowWork() {
  const calls: AbortSignal[] = []
  const { promise, resolve } = Promise.withResolvers<string>()
  const work = (signal: AbortSignal) => {
    calls.push(signal)
    return Promise.race([
      promise,
      new Promise<never>((_done, fail) => signal.addEventListener('abort', () => fail(new Error('given up')))),
    ])
  }
  return { calls, work, finish: resolve }
}

test('two who want the same at the same time get one result', async () => {
  const share = createShareWork<string>()
  const { calls, work, finish } = slowWork()
  const both = [share('a', AbortSignal.any([]), work), share('a', AbortSignal.any([]), work)]
  finish('done')
  expect(await Promise.all(both)).toEqual(['done', 'done'])
  expect(calls).toHaveLength(1)
})

test('one who leaves does not take it from the other', async () => {
  const share = createShareWork<string>()
  const { calls, work, finish } = slowWork()
  const leaver = new AbortController()
  const first = share('a', leaver.signal, work)
  const second = share('a', new AbortController().signal, work)
  leaver.abort()
  await expect(first).rejects.toThrow()
  expect(calls[0]?.aborted).toBe(false)
  finish('done')
  expect(await second).toBe('done')
})

test('when the last has left it is given up, and the next begins anew', async () => {
  const share = createShareWork<string>()
  const { calls, work, finish } = slowWork()
  const leaver = new AbortController()
  const first = share('a', leaver.signal, work)
  leaver.abort()
  await expect(first).rejects.toThrow()
  expect(calls[0]?.aborted).toBe(true)
  const next = share('a', new AbortController().signal, work)
  finish('done')
  expect(await next).toBe('done')
  expect(calls).toHaveLength(2)
})
