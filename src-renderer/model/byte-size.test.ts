import { expect, test } from 'vitest'
import { formatBytes } from '#contract/byte-size'
import { parseBytes } from './byte-size.ts'

const mega = 1024 ** 2

test.each([
  ['a bare small number is megabytes', '512', 512 * mega],
  ['a bare large number is bytes', '1073741824', 1073741824],
  ['with unit and blank', '512 MB', 512 * mega],
  ["Docker's short form", '64m', 64 * mega],
  ['binary unit names', '1.5GiB', 1.5 * 1024 * mega],
  ['a comma as decimal mark', '1,5 g', 1.5 * 1024 * mega],
  ['bytes by name', '100 b', 100],
  ['nothing', '', null],
  ['words', 'plenty', null],
  ['a negative number', '-5m', null],
  ['an unknown unit', '5x', null],
  ['beyond exact numbers', '99999999999t', null],
])('reads %s', (_rule, text, bytes) => {
  expect(parseBytes(text)).toBe(bytes)
})

test('what is shown for whole sizes is read back as the same size', () => {
  for (const bytes of [6 * mega, 64 * mega, 512 * mega, 4096 * mega]) expect(parseBytes(formatBytes(bytes))).toBe(bytes)
})
