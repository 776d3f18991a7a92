import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watchDiskRoom } from './watch-disk-room.ts'

const gibibyte = 2 ** 30
const commit = vi.fn()
const warn = vi.fn()
let state = 'running'
let free = 10 * gibibyte
const room = vi.fn(async (_folder: string) => ({ freeBytes: free, totalBytes: 100 * gibibyte }))
let stop = () => {}

beforeEach(() => {
  vi.useFakeTimers()
  ;[state, free] = ['running', 10 * gibibyte]
  const records = { all: () => [{ sandbox: { state } }] } as never
  stop = watchDiskRoom({ records, events: { commit }, folder: { home: '/state' }, log: { warn }, room })
})
afterEach(() => {
  stop()
  vi.useRealTimers()
  vi.clearAllMocks()
})

const pass = () => vi.advanceTimersByTimeAsync(60_000)

test('less than the reserve is said once, and again only after there was enough', async () => {
  await pass()
  expect(commit).not.toHaveBeenCalled()
  free = gibibyte
  await pass()
  expect(commit).toHaveBeenCalledExactlyOnceWith([
    expect.objectContaining({
      type: 'notice',
      reason: 'disk-room-low',
      params: { path: '/state', free: 1024, reserve: 2048 },
    }),
  ])
  free = 2.1 * gibibyte
  await pass()
  free = gibibyte
  await pass()
  expect(commit).toHaveBeenCalledTimes(1)
  free = 5 * gibibyte
  await pass()
  free = 0
  await pass()
  expect(commit).toHaveBeenCalledTimes(2)
})

test('nobody looks while nothing runs, nor after the end', async () => {
  state = 'stopped'
  await pass()
  state = 'running'
  stop()
  await pass()
  expect(room).not.toHaveBeenCalled()
})

test('a disk that cannot be asked is asked again', async () => {
  room.mockRejectedValueOnce(new Error('gone'))
  free = gibibyte
  await pass()
  expect(warn).toHaveBeenCalledTimes(1)
  expect(commit).toHaveBeenCalledTimes(1)
})
