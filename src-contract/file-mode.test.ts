import { expect, test } from 'vitest'
import { formatMode } from './file-mode.ts'

test.each([
  [0o644, 'rw-r--r--'],
  [0o4755, 'rwsr-xr-x'],
  [0o2640, 'rw-r-S---'],
  [0o1777, 'rwxrwxrwt'],
  [0o1000, '--------T'],
])('%o is written %s', (mode, text) => expect(formatMode(mode)).toBe(text))
