import { EventEmitter } from 'node:events'
import type { Session } from 'electron'
import { expect, test, vi } from 'vitest'
import { denyPermissions } from './permissions.ts'

type Handler = (...args: unknown[]) => unknown

function setUp() {
  const handlers: Record<string, Handler> = {}
  const keep = (name: string) => (handler: Handler) => {
    handlers[name] = handler
  }
  const session = Object.assign(new EventEmitter(), {
    setPermissionRequestHandler: keep('request'),
    setPermissionCheckHandler: keep('check'),
    setDevicePermissionHandler: keep('device'),
    setSpellCheckerEnabled: vi.fn(),
    webRequest: { onBeforeRequest: keep('before') },
  })
  denyPermissions(session as unknown as Session)
  return { session, handlers }
}

test.each(['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'something-new'])(
  'the page may not have %s',
  (permission) => {
    const { handlers } = setUp()
    const answer = vi.fn()

    handlers['request']?.({}, permission, answer)

    expect(answer).toHaveBeenCalledExactlyOnceWith(false)
    expect(handlers['check']?.({}, permission)).toBe(false)
  },
)

test('no device is handed out and no download starts', () => {
  const { session, handlers } = setUp()
  const preventDefault = vi.fn()

  session.emit('will-download', { preventDefault })

  expect(handlers['device']?.({})).toBe(false)
  expect(preventDefault).toHaveBeenCalledOnce()
})

test.each([
  ['app://joey/index.html', false],
  ['data:image/png;base64,AA', false],
  ['https://example.com/', true],
  ['http://127.0.0.1:8080/', true],
  ['file:///etc/passwd', true],
  ['ws://127.0.0.1:9/', true],
])('a request to %s is cancelled: %s', (url, cancel) => {
  const answer = vi.fn()

  setUp().handlers['before']?.({ url }, answer)

  expect(answer).toHaveBeenCalledExactlyOnceWith({ cancel })
})
