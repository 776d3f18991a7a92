import { describe, expect, test } from 'vitest'
import { hostLimits, shapeKey, shapeOf, usualShape } from './machine-shape.ts'

const mebibyte = 2 ** 20
const host = { cpus: 8, memoryBytes: 32 * 1024 * mebibyte }
const plan = (memoryBytes: number | null, cpus: number | null, layers = 1, netns: string | null = '/n') =>
  ({ limits: { memoryBytes, cpus, pids: null }, lowerFiles: Array<string>(layers).fill('/l'), netns }) as const

describe('the shape of a machine', () => {
  test('is the usual one for all limits below it, so that one template serves them', () => {
    const wishes = [plan(null, null), plan(64 * mebibyte, 2), plan(200 * mebibyte, 1.5)]
    expect(new Set(wishes.map((wish) => shapeKey(shapeOf(wish, host)))).size).toBe(1)
    expect(shapeOf(plan(null, null), host)).toEqual(usualShape(host))
  })

  test('grows with a limit above the usual', () => {
    expect(shapeOf(plan(3 * 1024 * mebibyte + 1, null), host).memoryMebibytes).toBe(3073)
  })

  test('is smaller on a small host', () => {
    expect(usualShape({ cpus: 1, memoryBytes: 4 * 1024 * mebibyte })).toMatchObject({ memoryMebibytes: 256, cpus: 1 })
  })

  test('has a processor for every part of one, but not more than the host', () => {
    expect(shapeOf(plan(null, 0.3), host).cpus).toBe(1)
    expect(shapeOf(plan(null, 2.1), host).cpus).toBe(3)
    expect(shapeOf(plan(null, 64), host).cpus).toBe(8)
  })

  test('differs by disks and network', () => {
    const keys = [plan(null, null, 1), plan(null, null, 2), plan(null, null, 1, null)]
    expect(new Set(keys.map((wish) => shapeKey(shapeOf(wish, host)))).size).toBe(3)
  })

  test('leaves room on the host for the emulator and its threads', () => {
    const shape = usualShape(host)
    const limits = hostLimits(shape, { memoryBytes: 64 * mebibyte, cpus: 0.5, pids: 10 }, 'tcg')
    expect(limits.memoryBytes).toBeGreaterThan(shape.memoryMebibytes * mebibyte)
    expect(limits).toMatchObject({ cpus: 0.5, pids: 522 })
  })
})
