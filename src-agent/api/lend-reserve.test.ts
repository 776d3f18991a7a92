import { expect, test, vi } from 'vitest'
import type { Handlers } from '../base/handlers.ts'
import { lendReserve } from './lend-reserve.ts'

const { signal } = new AbortController()
const answered = vi.fn(async (request: unknown) => request)
const lent = vi.fn()
const lend = <T>(work: () => Promise<T>): Promise<T> => {
  lent()
  return work()
}
/** Every operation answers with its request. */
const handlers = new Proxy(
  {},
  {
    get: () => answered,
    ownKeys: () => ['stopSandbox', 'createSandbox'],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: answered }),
  },
) as Handlers

test.each([
  'stopSandbox',
  'killSandbox',
  'removeSandbox',
  'removeImage',
  'removeSnapshot',
  'pruneSnapshots',
  'cancelTask',
] as const)('%s has the room of the reserve', async (operation) => {
  const handler = lendReserve(handlers, { lend })[operation] as (request: object, signal: AbortSignal) => unknown
  lent.mockClear()

  expect(await handler({ ref: 'box' }, signal)).toEqual({ ref: 'box' })
  expect(lent).toHaveBeenCalledOnce()
})

test('what makes something does not use it up', async () => {
  expect(lendReserve(handlers, { lend }).createSandbox).toBe(answered)
})
