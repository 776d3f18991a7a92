import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watchDiskRoom } from './watch-disk-room.ts'

const gibibyte = 2 ** 30
const commit = vi.fn()
const warn = vi.fn()
let state = 'running'
let free = 10 * gibibyte
const room = vi.fn(async (_folder: string) => ({ freeBytes: free, totalBytes: 100 * gibibyte }))
const taken = new Map<string, number>()
const written = { read: vi.fn(() => new Map(taken)), forget: vi.fn() }
const onTaken = vi.fn(async () => undefined)
let stop = () => {}

beforeEach(() => {
  vi.useFakeTimers()
  ;[state, free] = ['running', 10 * gibibyte]
  const records = { all: () => [{ sandbox: { state } }] } as never
  taken.clear()
  const deps = { records, events: { commit }, folder: { home: '/state' }, log: { warn }, room, written, onTaken }
  stop = watchDiskRoom(deps)
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
  room.mockClear()
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

test('it is looked at four times a second while there is little, and every five seconds otherwise', async () => {
  await pass()
  expect(room).toHaveBeenCalledTimes(1 + 12)
  free = 7 * gibibyte
  await vi.advanceTimersByTimeAsync(5_000)
  room.mockClear()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(room).toHaveBeenCalledTimes(20)
})

test('who takes what is left is named in the next look after the reserve is reached', async () => {
  ;[free] = [7 * gibibyte]
  taken.set('quiet', 5).set('hog', 0)
  await vi.advanceTimersByTimeAsync(5_250)
  taken.set('hog', 5.5 * gibibyte)
  free = 1.5 * gibibyte
  await vi.advanceTimersByTimeAsync(250)
  expect(onTaken).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ writers: [{ id: 'hog', bytes: 5.5 * gibibyte }], isUnexplained: false }),
    { path: '/state', freeBytes: 1.5 * gibibyte, reserveBytes: 2 * gibibyte },
  )
  await vi.advanceTimersByTimeAsync(250)
  expect(onTaken).toHaveBeenCalledTimes(1)
})

test('nobody is asked what it writes while there is plenty', async () => {
  vi.clearAllMocks()
  free = 50 * gibibyte
  await pass()
  expect(room).toHaveBeenCalled()
  expect(written.read).not.toHaveBeenCalled()
})
