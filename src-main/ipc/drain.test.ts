import { expect, test, vi } from 'vitest'
import { exposeDrain } from './drain.ts'
import type { Expose, Page } from './expose.ts'

vi.mock('electron', () => ({ ipcMain: undefined }))

function setUp() {
  const lifetime = new AbortController()
  const send = vi.fn<(channel: string, ticket: number) => void>()
  const page = { frame: { send } } as unknown as Page
  let answer: (ticket: number) => unknown = () => undefined
  const expose: Expose = (_channel, schema, handler) => {
    answer = (ticket) => handler(schema.parse({ ticket }), page)
  }
  const drained = exposeDrain(expose, () => lifetime.signal)
  return { lifetime, send, answer: (ticket: number) => answer(ticket), drained: () => drained(page) }
}

test('it resolves when the page answers this very question', async () => {
  const { send, answer, drained } = setUp()
  let isDone = false
  const waiting = drained().then(() => {
    isDone = true
  })
  const [, ticket = 0] = send.mock.calls[0] ?? []

  await answer(ticket + 1)
  expect(isDone).toBe(false)
  await answer(ticket)
  await waiting
  expect(isDone).toBe(true)
})

test('a page that is gone keeps nobody waiting', async () => {
  const { lifetime, drained } = setUp()
  const waiting = drained()

  lifetime.abort()

  await expect(waiting).resolves.toBeUndefined()
  await expect(drained()).resolves.toBeUndefined()
})
