import { expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import { createQueryStore } from './query-store.ts'

test('what comes late for an earlier question is dropped', async () => {
  const answers = new Map<string, (value: string) => void>()
  const store = createQueryStore((query: string) => new Promise<string>((resolve) => answers.set(query, resolve)))
  const [first, second] = [store.load('first'), store.load('second')]
  answers.get('second')?.('of the second')
  await second
  answers.get('first')?.('of the first')
  await first
  expect(store.read()).toEqual({ kind: 'ready', value: 'of the second' })
})

test('with keep, an answer stays while the next is store for, and where that fails', async () => {
  let fails = false
  const store = createQueryStore(async (query: string) => {
    if (fails) throw new AppError({ code: 'unavailable', reason: 'agent-lost', message: 'The agent does not answer.' })
    return query
  })
  await store.load('one')
  fails = true
  const again = store.load('two', { keep: true })
  expect(store.read()).toEqual({ kind: 'ready', value: 'one' })
  await again
  expect(store.read()).toEqual({ kind: 'ready', value: 'one' })
  await store.load('three')
  expect(store.read()).toMatchObject({ kind: 'error', error: { wire: { reason: 'agent-lost' } } })
})

test('what was forgotten does not come back when its answer arrives', async () => {
  let answer = (_value: string): void => undefined
  const store = createQueryStore(
    (_query: null) =>
      new Promise<string>((resolve) => {
        answer = resolve
      }),
  )
  const asking = store.load(null)
  store.forget()
  answer('late')
  await asking
  expect(store.read()).toEqual({ kind: 'loading' })
})
