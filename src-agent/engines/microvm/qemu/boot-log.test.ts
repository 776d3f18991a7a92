import { describe, expect, test } from 'vitest'
import { cleanText, kernelFrom } from './boot-log.ts'
import { residentOf } from './engine-memory.ts'

describe('what a guest kernel says', () => {
  test('keeps its lines and loses what a terminal or a page would act on', () => {
    expect(cleanText('one\r\ntwo\u001b[2J\u0007\u009b31m\u202e three\ttab\n')).toBe('one\ntwo[2J31m threetab\n')
  })

  test('reports its release in its first line', () => {
    expect(kernelFrom('[    0.0] Linux version 6.12.109 (root@x) (gcc)\n')).toBe('6.12.109')
    expect(kernelFrom('joey-init: ready\n')).toBeNull()
  })
})

describe('the memory of the guest in the books of the host', () => {
  const smaps = `7f00-7f10 rw-p 0 00:00 0
Size:             524288 kB
Rss:               61440 kB
7f20-7f30 rw-p 0 00:00 0
Size:              32768 kB
Rss:               32768 kB
`
  test('is the mapping of its size', () => {
    expect(residentOf(smaps, 512 * 2 ** 20)).toBe(61_440 * 1024)
  })

  test('is unknown where there is none of that size', () => {
    expect(residentOf(smaps, 256 * 2 ** 20)).toBeNull()
  })
})
