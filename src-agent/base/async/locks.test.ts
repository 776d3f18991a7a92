import { expect, test } from 'vitest'
import { createInTurn, createKeyedLock, withLocks } from './locks.ts'

const { signal } = new AbortController()

test('work is done in the order it came, one piece at a time', async () => {
  const inTurn = createInTurn()
  const steps: string[] = []
  const piece = (name: string) =>
    inTurn(signal, async () => {
      steps.push(`${name} begins`)
      await Promise.resolve()
      steps.push(`${name} ends`)
    })
  await Promise.all([piece('first'), piece('second')])
  expect(steps).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
})

test('a failure does not hold up what comes next', async () => {
  const inTurn = createInTurn()
  await expect(inTurn(signal, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  await expect(inTurn(signal, () => Promise.resolve(1))).resolves.toBe(1)
})

test('who gives up waiting never begins, and does not let the next one overtake', async () => {
  const inTurn = createInTurn()
  const stop = new AbortController()
  const first = Promise.withResolvers<void>()
  const order: string[] = []
  const running = inTurn(signal, () => first.promise.then(() => order.push('first')))
  const waiting = inTurn(stop.signal, () => Promise.resolve(order.push('never')))
  const last = inTurn(signal, () => Promise.resolve(order.push('last')))
  stop.abort()
  await expect(waiting).rejects.toMatchObject({ wire: { code: 'cancelled' } })
  expect(order).toEqual([])
  first.resolve()
  await Promise.all([running, last])
  expect(order).toEqual(['first', 'last'])
})

test('work on one key is done in order, and a failure does not stop the next', async () => {
  const lock = createKeyedLock()
  const done: string[] = []
  const first = lock.run('a', async () => {
    await Promise.resolve()
    done.push('first')
    throw new Error('broken')
  })
  const second = lock.run('a', async () => done.push('second'))
  await expect(first).rejects.toThrow('broken')
  await second
  expect(done).toEqual(['first', 'second'])
})

test('another key does not wait', async () => {
  const lock = createKeyedLock()
  const never = lock.run('a', () => new Promise<void>(() => undefined))
  await expect(lock.run('b', async () => 'done')).resolves.toBe('done')
  void never
})

test('who wants several locks has all of them, whichever order they are named in', async () => {
  const lock = createKeyedLock()
  const steps: string[] = []
  const piece = (name: string, keys: readonly string[]) =>
    withLocks(lock, keys, async () => {
      steps.push(`${name} begins`)
      await Promise.resolve()
      steps.push(`${name} ends`)
    })
  await Promise.all([piece('one', ['a', 'b']), piece('two', ['b', 'a', 'b']), piece('none', [])])
  expect(steps.filter((step) => !step.startsWith('none'))).toEqual(['one begins', 'one ends', 'two begins', 'two ends'])
})
