import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import type { TerminalDown } from '#contract/terminal'
import { makeTerminal } from '../testing/samples.ts'

interface Handlers {
  onMessage(message: TerminalDown): void
  onBytes(bytes: Uint8Array): void
}
const stream = { send: vi.fn(), sendBytes: vi.fn(), close: vi.fn() }
let handlers: Handlers
// Files share their modules, so those that know the real one are loaded again, here and for whoever comes next.
vi.resetModules()
vi.doMock('../feed.ts', () => ({
  follow: (_stream: unknown, _request: unknown, given: Handlers) => {
    handlers = given
    return stream
  },
}))
const { attachTerminal } = await import('./terminal-link.ts')
afterAll(() => {
  vi.doUnmock('../feed.ts')
  vi.resetModules()
})

const events = { onAttached: vi.fn(), onOutput: vi.fn(), onExited: vi.fn(), onClosed: vi.fn() }

/** A screen that shows only when the test lets it. */
function makeScreen(): { write: (bytes: Uint8Array, shown: () => void) => void; resize: () => void; show: () => void } {
  const waiting: (() => void)[] = []
  return {
    write: (_bytes, shown) => waiting.push(shown),
    resize: vi.fn(),
    show: () => {
      for (const shown of waiting.splice(0)) shown()
    },
  }
}

beforeEach(() => vi.clearAllMocks())

test('bytes are acknowledged when they have been shown, not when they came', () => {
  const screen = makeScreen()
  attachTerminal('cafecafecafe', screen, events)
  handlers.onBytes(new Uint8Array(100 * 1024))
  expect(stream.send).not.toHaveBeenCalled()
  screen.show()
  expect(stream.send).toHaveBeenCalledExactlyOnceWith({ type: 'ack', bytes: 100 * 1024 })
})

test('small chunks are acknowledged together once they reach the step', () => {
  const screen = makeScreen()
  attachTerminal('cafecafecafe', screen, events)
  for (let chunk = 0; chunk < 15; chunk++) handlers.onBytes(new Uint8Array(5 * 1024))
  screen.show()
  expect(stream.send).toHaveBeenCalledExactlyOnceWith({ type: 'ack', bytes: 65 * 1024 })
})

test('answers of the screen to a replay do not reach the guest', () => {
  const screen = makeScreen()
  const link = attachTerminal('cafecafecafe', screen, events)
  handlers.onMessage({ type: 'reset', terminal: makeTerminal(), replayBytes: 10 })
  handlers.onBytes(new Uint8Array(10))
  for (const answer of [
    '\x1b[12;40R',
    '\x1b[?1;2c',
    '\x1b[>0;276;0c',
    '\x1b[0n',
    '\x1bP1+r\x1b\\',
    '\x1b]11;rgb:0/0/0\x07',
  ]) {
    link.type(Uint8Array.from(Buffer.from(answer)))
  }
  expect(stream.sendBytes).not.toHaveBeenCalled()
  screen.show()
  link.type(Uint8Array.from(Buffer.from('\x1b[12;40R')))
  expect(stream.sendBytes).toHaveBeenCalledOnce()
})

test('what is shown again is no news, and what comes after it is', () => {
  const screen = makeScreen()
  const link = attachTerminal('cafecafecafe', screen, events)
  handlers.onMessage({ type: 'reset', terminal: makeTerminal(), replayBytes: 10 })
  handlers.onBytes(new Uint8Array(10))
  expect(link.isReplaying()).toBe(true)
  screen.show()
  expect(link.isReplaying()).toBe(false)
  expect(events.onOutput).not.toHaveBeenCalled()
  handlers.onBytes(new Uint8Array(1))
  screen.show()
  expect(events.onOutput).toHaveBeenCalledOnce()
})

test('what a person types while a replay is being shown is not lost', () => {
  const link = attachTerminal('cafecafecafe', makeScreen(), events)
  handlers.onMessage({ type: 'reset', terminal: makeTerminal(), replayBytes: 10 })
  const typed = ['y', '\r', '\x03', '\x1b', '\x1b[A', '\x1bOP', 'ä'].map((text) => Uint8Array.from(Buffer.from(text)))
  for (const bytes of typed) link.type(bytes)
  expect(stream.sendBytes.mock.calls).toEqual(typed.map((bytes) => [bytes]))
})

test('another viewer that resizes sets the size of this screen without an answer', () => {
  const screen = makeScreen()
  attachTerminal('cafecafecafe', screen, events)
  handlers.onMessage({ type: 'resized', columns: 100, rows: 30 })
  expect(screen.resize).toHaveBeenCalledExactlyOnceWith(100, 30)
  expect(stream.send).not.toHaveBeenCalled()
})
