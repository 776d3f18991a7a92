import type { WebFrameMain } from 'electron'
import { expect, test } from 'vitest'
import { createSenderCheck } from './trusted-sender.ts'

const isTrusted = createSenderCheck((id) => id === 1)
const frame = (url: string, parent: WebFrameMain | null = null): WebFrameMain => ({ url, parent }) as WebFrameMain

test('the page of a known window is heard', () => {
  const top = frame('app://joey/index.html#/images')

  expect(isTrusted({ sender: { id: 1, mainFrame: top }, senderFrame: top })).toBe(true)
})

test('an unknown window is not heard', () => {
  const top = frame('app://joey/index.html')

  expect(isTrusted({ sender: { id: 2, mainFrame: top }, senderFrame: top })).toBe(false)
})

test('another origin is not heard', () => {
  const top = frame('https://example.com/index.html')

  expect(isTrusted({ sender: { id: 1, mainFrame: top }, senderFrame: top })).toBe(false)
})

test('a frame inside the page is not heard', () => {
  const top = frame('app://joey/index.html')
  const inner = frame('app://joey/index.html', top)

  expect(isTrusted({ sender: { id: 1, mainFrame: top }, senderFrame: inner })).toBe(false)
})

test('a frame that is gone, or is the main frame no more, is not heard', () => {
  const top = frame('app://joey/index.html')

  expect(isTrusted({ sender: { id: 1, mainFrame: top }, senderFrame: null })).toBe(false)
  expect(isTrusted({ sender: { id: 1, mainFrame: top }, senderFrame: frame('app://joey/index.html') })).toBe(false)
})
