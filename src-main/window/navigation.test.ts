import { EventEmitter } from 'node:events'
import type { WebContents } from 'electron'
import { expect, test, vi } from 'vitest'
import { confineNavigation } from './navigation.ts'

function setUp() {
  const openOutside = vi.fn()
  let open: (details: { url: string }) => { action: string } = () => ({ action: 'none' })
  const contents = Object.assign(new EventEmitter(), {
    setWindowOpenHandler: (handler: typeof open) => {
      open = handler
    },
  })
  confineNavigation(contents as unknown as WebContents, { openOutside, log: vi.fn() })
  const navigate = (event: string, url: string, isMainFrame = true): boolean => {
    const preventDefault = vi.fn()
    contents.emit(event, { url, isMainFrame, preventDefault })
    return preventDefault.mock.calls.length === 0
  }
  return { openOutside, navigate, open: (url: string) => open({ url }) }
}

test.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('%s leaves the page where it is', (event) => {
  const { navigate } = setUp()

  expect(navigate(event, 'https://example.com/')).toBe(false)
  expect(navigate(event, 'file:///etc/passwd')).toBe(false)
  expect(navigate(event, 'http://127.0.0.1:8080/')).toBe(false)
  expect(navigate(event, 'app://joey/assets/a.svg')).toBe(false)
})

test('the page may reload itself', () => {
  expect(setUp().navigate('will-navigate', 'app://joey/index.html#/images')).toBe(true)
})

test('a frame inside the page goes nowhere, not even to the app', () => {
  expect(setUp().navigate('will-frame-navigate', 'app://joey/index.html', false)).toBe(false)
})

test('a web view is never attached', () => {
  expect(setUp().navigate('will-attach-webview', '')).toBe(false)
})

test('no window opens; a published port goes to the browser, nothing else does', () => {
  const { open, openOutside } = setUp()

  expect(open('http://127.0.0.1:8080/')).toEqual({ action: 'deny' })
  expect(open('https://example.com/')).toEqual({ action: 'deny' })
  expect(open('file:///etc/passwd')).toEqual({ action: 'deny' })

  expect(openOutside).toHaveBeenCalledExactlyOnceWith('http://127.0.0.1:8080/')
})
