import { expect, test } from 'vitest'
import { appError } from '#contract/app-error'
import { createAsked } from './query-store.ts'

test('what comes late for an earlier question is dropped', async () => {
  const answers = new Map<string, (value: string) => void>()
  const asked = createAsked((query: string) => new Promise<string>((resolve) => answers.set(query, resolve)))
  const [first, second] = [asked.ask('first'), asked.ask('second')]
  answers.get('second')?.('of the second')
  await second
  answers.get('first')?.('of the first')
  await first
  expect(asked.read()).toEqual({ kind: 'ready', value: 'of the second' })
})

test('with keep, an answer stays while the next is asked for, and where that fails', async () => {
  let fails = false
  const asked = createAsked(async (query: string) => {
    if (fails) throw appError('unavailable', 'agent-lost', 'The agent does not answer.')
    return query
  })
  await asked.ask('one')
  fails = true
  const again = asked.ask('two', { keep: true })
  expect(asked.read()).toEqual({ kind: 'ready', value: 'one' })
  await again
  expect(asked.read()).toEqual({ kind: 'ready', value: 'one' })
  await asked.ask('three')
  expect(asked.read()).toMatchObject({ kind: 'error', error: { wire: { reason: 'agent-lost' } } })
})

test('what was forgotten does not come back when its answer arrives', async () => {
  let answer = (_value: string): void => undefined
  const asked = createAsked(
    (_query: null) =>
      new Promise<string>((resolve) => {
        answer = resolve
      }),
  )
  const asking = asked.ask(null)
  asked.forget()
  answer('late')
  await asking
  expect(asked.read()).toEqual({ kind: 'loading' })
})
