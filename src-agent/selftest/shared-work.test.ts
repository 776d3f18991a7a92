import { expect, test } from 'vitest'
import { createSharedWork } from './shared-work.ts'

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
  const share = createSharedWork<string>()
  const { calls, work, finish } = slowWork()
  const both = [share('a', AbortSignal.any([]), work), share('a', AbortSignal.any([]), work)]
  finish('done')
  expect(await Promise.all(both)).toEqual(['done', 'done'])
  expect(calls).toHaveLength(1)
})

test('one who leaves does not take it from the other', async () => {
  const share = createSharedWork<string>()
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
  const share = createSharedWork<string>()
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
