import { expect, test } from 'vitest'
import { createRoomHistory } from './room-history.ts'

const mebibyte = 2 ** 20
const look = (atMs: number, free: number, written: Record<string, number> = {}) => ({
  atMs,
  freeBytes: free * mebibyte,
  written: new Map(Object.entries(written).map(([id, amount]) => [id, amount * mebibyte])),
})

test('who has written most in the last five seconds takes the room, and who writes as much', () => {
  const history = createRoomHistory()
  history.judge(look(0, 2000, { a: 0, b: 7, c: 100, d: 0 }))
  expect(history.judge(look(1000, 1000, { a: 500, b: 8, c: 100, d: 400 }))).toEqual({
    spanMs: 1000,
    goneBytes: 1000 * mebibyte,
    writers: [
      { id: 'a', bytes: 500 * mebibyte },
      { id: 'd', bytes: 400 * mebibyte },
    ],
    isUnexplained: false,
  })
})

test.each([
  ['nothing was taken', 2000, { a: 900 }],
  ['room was made', 2500, { a: 900 }],
  ['what is left lasts for more than ten minutes', 1995, { a: 5 }],
])('nobody takes the room where %s', (_what, free, written) => {
  const history = createRoomHistory()
  history.judge(look(0, 2000, { a: 0 }))
  expect(history.judge(look(5000, free, written))).toBeNull()
})

test('room that nobody has taken by writing is unexplained, whoever writes a little meanwhile', () => {
  const history = createRoomHistory()
  history.judge(look(0, 2000, { a: 0 }))
  expect(history.judge(look(250, 500, { a: 20 }))).toMatchObject({ writers: [], isUnexplained: true })
})

test('one that came up since the last look has written all of it since then', () => {
  const history = createRoomHistory()
  history.judge(look(0, 2000))
  expect(history.judge(look(250, 500, { late: 1500 }))).toMatchObject({ writers: [{ id: 'late' }] })
})

test('what was written more than five seconds ago does not count', () => {
  const history = createRoomHistory()
  history.judge(look(0, 3000, { a: 0, b: 0 }))
  history.judge(look(1000, 2000, { a: 1000, b: 0 }))
  history.judge(look(4000, 2000, { a: 1000, b: 0 }))
  expect(history.judge(look(6500, 1500, { a: 1000, b: 500 }))).toMatchObject({ writers: [{ id: 'b' }], spanMs: 5500 })
})

test('what was dealt with is not held against anybody again', () => {
  const history = createRoomHistory()
  history.judge(look(0, 2000, { a: 0 }))
  history.forget()
  expect(history.judge(look(250, 500, { a: 1500 }))).toBeNull()
  expect(history.judge(look(500, 500, { a: 1500 }))).toBeNull()
})
