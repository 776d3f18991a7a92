import { expect, test } from 'vitest'
import { reserveOf, roomOf } from './disk-room.ts'

const mebibyte = 2 ** 20
const gibibyte = 2 ** 30

test.each([
  ['a small disk', gibibyte, 64 * mebibyte],
  ['a usual one', 20 * gibibyte, gibibyte],
  ['a large one', 1000 * gibibyte, 2 * gibibyte],
])('%s keeps its part of the room', (_what, disk, reserve) => {
  expect(reserveOf(disk)).toBe(reserve)
})

test('neither the reserve of bytes nor that of files is there to be filled', () => {
  const disk = { blocks: 40 * 1024, bavail: 2 * 1024, bsize: mebibyte, files: 1000, ffree: 100 }
  expect(roomOf(disk)).toEqual({ bytes: 0, files: 50 })
  expect(roomOf({ ...disk, bavail: 3 * 1024, ffree: 10 })).toEqual({ bytes: gibibyte, files: 0 })
})

test('a file system without a fixed number of files has no end of them', () => {
  expect(roomOf({ blocks: 1, bavail: 1, bsize: 4096, files: 0, ffree: 0 }).files).toBe(Number.POSITIVE_INFINITY)
})
