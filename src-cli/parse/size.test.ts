import { describe, expect, test } from 'vitest'
import { Limits } from '#contract/sandbox'
import { leastMemoryBytes, parseCpus, parseDisk, parseMemory, parsePids, parseSize } from './size.ts'

describe('sizes', () => {
  test.each([
    ['1048576', 1048576],
    ['10b', 10],
    ['64m', 64 * 2 ** 20],
    ['64M', 64 * 2 ** 20],
    ['64MiB', 64 * 2 ** 20],
    ['64mb', 64 * 2 ** 20],
    ['1.5g', 1.5 * 2 ** 30],
    ['512 KiB', 512 * 1024],
    ['2t', 2 * 2 ** 40],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize('-m', text)).toBe(bytes)
  })

  test.each(['', 'm', '-1', '-64m', '64x', '1e3', '0x10', '6 4m', '.5g', '64mm', 'NaN', 'Infinity'])(
    '%j is refused',
    (text) => {
      expect(() => parseSize('-m', text)).toThrow(/not a size/)
    },
  )
})

describe('memory limits', () => {
  test('0 lifts the limit', () => expect(parseMemory('-m', '0')).toBeNull())

  test('the least is what the contract takes', () => {
    expect(parseMemory('-m', '6m')).toBe(leastMemoryBytes)
    expect(Limits.shape.memoryBytes.safeParse(leastMemoryBytes).success).toBe(true)
    expect(Limits.shape.memoryBytes.safeParse(leastMemoryBytes - 1).success).toBe(false)
    expect(() => parseMemory('-m', '5m')).toThrow('-m 5m: too little. A sandbox needs at least 6m.')
  })

  test('more than any machine has is refused', () => {
    expect(() => parseMemory('-m', '9999999p')).toThrow(/more than any machine/)
  })
})

describe('limits of the disk', () => {
  test('0 lifts the limit', () => expect(parseDisk('--disk', '0')).toBeNull())

  test('the bounds are those of the contract', () => {
    for (const text of ['64m', '16t']) {
      expect(Limits.shape.diskBytes.safeParse(parseDisk('--disk', text)).success).toBe(true)
    }
    expect(() => parseDisk('--disk', '63m')).toThrow('--disk 63m: too little. A disk has at least 64m.')
    expect(() => parseDisk('--disk', '17t')).toThrow(/more than any machine/)
  })
})

describe('cores', () => {
  test.each([
    ['0.3', 0.3],
    ['.5', 0.5],
    ['2', 2],
  ])('%s is %d', (text, cpus) => expect(parseCpus('--cpus', text)).toBe(cpus))

  test('0 lifts the limit', () => expect(parseCpus('--cpus', '0')).toBeNull())

  test.each(['', '-1', '1e9', 'two', '0.001', '1.'])('%j is refused', (text) => {
    expect(() => parseCpus('--cpus', text)).toThrow(/not a number of cores/)
  })

  test('more than any machine has is refused for what it is', () => {
    expect(() => parseCpus('--cpus', '2000')).toThrow(/more cores than any machine has/)
  })
})

describe('process limits', () => {
  test('a whole number is itself', () => expect(parsePids('--pids-limit', '20')).toBe(20))

  test.each(['0', '-1'])('%s lifts the limit, as Docker has it', (text) =>
    expect(parsePids('--pids-limit', text)).toBeNull(),
  )

  test.each(['-2', '1.5', '', '9999999999', 'many'])('%j is refused', (text) => {
    expect(() => parsePids('--pids-limit', text)).toThrow(/not a number of processes/)
  })
})
