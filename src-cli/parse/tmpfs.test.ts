import { expect, test } from 'vitest'
import { parseTmpfs } from './tmpfs.ts'

test.each([
  ['/run', '/run'],
  ['/run:size=64m', '/run:size=67108864'],
  ['/run:rw,noexec,nosuid,size=65536k', '/run:size=67108864'],
  ['/run:nodev,mode=1777', '/run'],
])('%s is %s', (text, form) => {
  expect(parseTmpfs(text)).toBe(form)
})

test.each(['/run:exec', '/run:uid=1000', '/run:mode=700', '/run:'])('%s is refused with what cannot be had', (text) => {
  expect(() => parseTmpfs(text)).toThrow(/--tmpfs/)
})

test('a size that is none is refused', () => {
  expect(() => parseTmpfs('/run:size=much')).toThrow(/--tmpfs/)
})
