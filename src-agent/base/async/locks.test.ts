import { expect, test } from 'vitest'
import { createInTurn } from '../../images/in-turn.ts'

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
