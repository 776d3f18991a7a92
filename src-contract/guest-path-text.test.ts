import { expect, test } from 'vitest'
import { fromPathText, toPathText } from './guest-path-text.ts'

test.each([
  ['plain', 'etc/passwd', 'etc/passwd'],
  ['UTF-8 stays', 'straße/日本/🙂', 'straße/日本/🙂'],
  ['a backslash is doubled', 'a\\b', 'a\\\\b'],
])('%s', (_rule, name, text) => {
  const bytes = new TextEncoder().encode(name)
  expect(toPathText(bytes)).toBe(text)
  expect(fromPathText(text)).toEqual(bytes)
})

test('bytes that are not UTF-8 are written one by one, and come back', () => {
  const bytes = Uint8Array.of(0x61, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0xf0, 0x9f, 0x5c, 0x0a)
  const text = toPathText(bytes)
  expect(text).toBe('a\\xff\\xc3(\\xed\\xa0\\x80\\xf0\\x9f\\\\\n')
  expect(fromPathText(text)).toEqual(bytes)
})

test.each(['a\\b', 'a\\', '\\x00', 'a\0b', '\\xZZ', '\ud800'])('%j is not the text of a name', (text) => {
  expect(fromPathText(text)).toBeNull()
})

test('any bytes come back as they were', () => {
  let seed = 7
  for (let round = 0; round < 500; round += 1) {
    const bytes = Uint8Array.from({ length: round % 17 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return 1 + (seed % 255)
    })
    expect(fromPathText(toPathText(bytes))).toEqual(bytes)
  }
})
