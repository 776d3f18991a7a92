import type { IpcMainInvokeEvent } from 'electron'
import { expect, test, vi } from 'vitest'
import * as z from 'zod'
import { AppError } from '#contract/app-error'
import { createExposer } from './expose.ts'

vi.mock('electron', () => ({ ipcMain: undefined }))

type Listener = (event: IpcMainInvokeEvent, raw: unknown) => Promise<unknown>

function setUp(handler: (message: unknown) => Promise<unknown>, isTrusted = true) {
  const listeners = new Map<string, Listener>()
  const onSurprise = vi.fn()
  const ipc = { handle: (channel: string, listener: Listener) => void listeners.set(channel, listener) }
  const expose = createExposer({ ipc, isTrusted: () => isTrusted, onSurprise })
  expose('joey:test', z.strictObject({ name: z.string() }), handler)
  const event = { senderFrame: {}, sender: {} } as unknown as IpcMainInvokeEvent
  return { onSurprise, invoke: (raw: unknown) => listeners.get('joey:test')?.(event, raw) }
}

test('the value of the handler is the reply', async () => {
  const { invoke } = setUp(async () => 7)

  expect(await invoke({ name: 'a' })).toEqual({ ok: true, value: 7 })
})

test('a stranger is refused before the message is looked at', async () => {
  const handler = vi.fn()
  const { invoke, onSurprise } = setUp(handler, false)

  expect(await invoke({ name: 1 })).toMatchObject({ ok: false, error: { reason: 'sender-not-trusted' } })
  expect(handler).not.toHaveBeenCalled()
  expect(onSurprise).toHaveBeenCalledOnce()
})

test.each([[undefined], [null], ['text'], [{}], [{ name: 1 }], [{ name: 'a', more: true }]])(
  'a malformed message never reaches the handler: %j',
  async (raw) => {
    const handler = vi.fn()

    expect(await setUp(handler).invoke(raw)).toMatchObject({ ok: false, error: { code: 'invalidRequest' } })
    expect(handler).not.toHaveBeenCalled()
  },
)

test('an expected failure travels as data', async () => {
  const failure = new AppError({ code: 'notFound', reason: 'no-such-sandbox', message: 'There is no sandbox named a.' })

  const { invoke, onSurprise } = setUp(() => Promise.reject(failure))

  expect(await invoke({ name: 'a' })).toEqual({ ok: false, error: failure.wire })
  expect(onSurprise).not.toHaveBeenCalled()
})

test('a bug becomes an internal error and is reported', async () => {
  const { invoke, onSurprise } = setUp(() => Promise.reject(new TypeError('x is undefined')))

  expect(await invoke({ name: 'a' })).toMatchObject({ ok: false, error: { code: 'internal' } })
  expect(onSurprise).toHaveBeenCalledOnce()
})
