import { expect, test } from 'vitest'
import { formatBytes } from './byte-size.ts'

const mega = 1024 ** 2

test.each([
  [0, '0 B'],
  [812, '812 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [64 * mega, '64 MiB'],
  [1.5 * 1024 * mega, '1.5 GiB'],
  [1024 * mega - 1, '1 GiB'],
  [12.34 * mega, '12.3 MiB'],
  [2 ** 50, '1 PiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})
