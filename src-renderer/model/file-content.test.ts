import { expect, test } from 'vitest'
import { crumbsOf, fromBase64, joinPath, readContent, toBase64, toHexRows } from './file-content.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test('text is text, and a zero byte or broken UTF-8 makes it binary', () => {
  expect(readContent(bytes('grüß\n'), true)).toEqual({ kind: 'text', text: 'grüß\n' })
  expect(readContent(Uint8Array.of(65, 0, 66), true)).toEqual({ kind: 'binary' })
  expect(readContent(Uint8Array.of(65, 0xff), true)).toEqual({ kind: 'binary' })
  expect(readContent(bytes(''), true)).toEqual({ kind: 'text', text: '' })
})

test('a character that the end cuts in two is not held against a part of a file', () => {
  const cut = bytes('a🙂').subarray(0, 3)
  expect(readContent(cut, false)).toEqual({ kind: 'text', text: 'a' })
  expect(readContent(cut, true)).toEqual({ kind: 'binary' })
})

test('a picture is known by its bytes, and an SVG is text', () => {
  const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...Array(40).fill(1)])
  expect(readContent(png, true)).toEqual({ kind: 'picture', type: 'image/png' })
  expect(readContent(bytes('<svg onload="alert(1)"/>'), true).kind).toBe('text')
})

test('base64 goes both ways for every byte', () => {
  const all = Uint8Array.from({ length: 20_000 }, (_, index) => index % 256)
  expect(fromBase64(toBase64(all))).toEqual(all)
})

test('hex rows have sixteen bytes and dots for what cannot be shown', () => {
  expect(toHexRows(bytes('0123456789abcdefX\n'))).toEqual([
    { offset: '00000000', hex: '30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66', text: '0123456789abcdef' },
    { offset: '00000010', hex: '58 0a', text: 'X.' },
  ])
})

test('paths are taken apart and put together', () => {
  expect(crumbsOf('/')).toEqual([])
  expect(crumbsOf('/etc/apt')).toEqual([
    { name: 'etc', path: '/etc' },
    { name: 'apt', path: '/etc/apt' },
  ])
  expect(joinPath('/', 'a')).toBe('/a')
  expect(joinPath('/a', 'b')).toBe('/a/b')
})
