import { afterEach, expect, test, vi } from 'vitest'
import type { PortDown, PortUp } from '#contract/app'
import { AppError } from '#contract/app-error'
import { usageStream } from '#contract/observe'
import { terminalStream } from '#contract/terminal'
import { follow } from './feed.ts'

/** A port as the page sees it, with what was posted to the other side. */
function makePort(): {
  posted: PortUp[]
  deliver: (message: PortDown) => void
  closed: () => boolean
  port: MessagePort
} {
  const posted: PortUp[] = []
  let closed = false
  const port = {
    onmessage: null as ((event: { data: PortDown }) => void) | null,
    postMessage: (message: PortUp) => posted.push(message),
    close: () => {
      closed = true
    },
  }
  return {
    posted,
    deliver: (data) => port.onmessage?.({ data }),
    closed: () => closed,
    port: port as unknown as MessagePort,
  }
}

function announce(id: string, port: MessagePort, changes: object = {}): void {
  const facts = { data: { channel: 'joey:port', id }, origin: location.origin, source: window, ports: [port] }
  window.dispatchEvent(Object.assign(new Event('message'), facts, changes))
}

function setBridge(open: (id: string) => Promise<unknown>): void {
  Object.assign(window, { joey: { open: (_name: string, _request: unknown, id: string) => open(id) } })
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))
const handlers = () => ({ onMessage: vi.fn(), onBytes: vi.fn(), onClosed: vi.fn() })

afterEach(() => vi.restoreAllMocks())

test('what is sent before the port is there arrives afterwards, in order', async () => {
  const { port, posted } = makePort()
  setBridge(async (id) => {
    announce(id, port)
    return { ok: true, value: null }
  })
  const stream = follow(terminalStream, { id: 'cafecafecafe' }, handlers())
  stream.send({ type: 'ack', bytes: 1 })
  stream.sendBytes(Uint8Array.of(7))
  await settle()

  expect(posted).toEqual([
    { type: 'text', text: '{"type":"ack","bytes":1}' },
    { type: 'binary', bytes: Uint8Array.of(7) },
  ])
})

test('a port from another origin, window or request is not taken', async () => {
  const { port, posted } = makePort()
  setBridge(async (id) => {
    announce(id, port, { origin: 'https://evil.example' })
    announce(id, port, { source: null })
    announce('another', port)
    return { ok: true, value: null }
  })
  follow(terminalStream, { id: 'cafecafecafe' }, handlers()).send({ type: 'ack', bytes: 1 })
  await settle()

  expect(posted).toEqual([])
})

test('a refused stream is reported once, as the error it is', async () => {
  const { wire } = new AppError({ code: 'notFound', reason: 'terminal-not-found', message: 'No such terminal.' })
  setBridge(async () => ({ ok: false, error: wire }))
  const given = handlers()
  follow(terminalStream, { id: 'cafecafecafe' }, given)
  await settle()

  expect(given.onClosed).toHaveBeenCalledOnce()
  expect(given.onClosed.mock.calls[0]?.[0]).toMatchObject({ wire })
})

test('a message that breaks the contract ends the stream instead of being shown', async () => {
  const { port, deliver, closed } = makePort()
  setBridge(async (id) => {
    announce(id, port)
    return { ok: true, value: null }
  })
  const given = handlers()
  follow(usageStream, {}, given)
  await settle()
  deliver({ type: 'text', text: '{"type":"usage","samples":[{"id":"x"}]}' })

  expect(given.onMessage).not.toHaveBeenCalled()
  expect(given.onClosed.mock.calls[0]?.[0]).toMatchObject({ wire: { reason: 'bad-answer' } })
  expect(closed()).toBe(true)
})

test('a stream closed before its port came closes the port, and calls nobody', async () => {
  const { port, posted, closed } = makePort()
  setBridge(async (id) => {
    announce(id, port)
    return { ok: true, value: null }
  })
  const given = handlers()
  follow(terminalStream, { id: 'cafecafecafe' }, given).close()
  await settle()

  expect(posted).toEqual([{ type: 'close' }])
  expect(closed()).toBe(true)
  expect(given.onClosed).not.toHaveBeenCalled()
})
