import { expect, test } from 'vitest'
import type { Task } from '#contract/image'
import { describeTask } from './task-progress.ts'

const task = (more: Partial<Task>): Task => ({
  ...{ id: 'task-0001', kind: 'image.pull', subject: 'debian', phase: 'fetching', progress: 0.25 },
  ...{ startedAt: '2026-01-01T00:00:00.000Z', message: null },
  ...more,
})
const transfer = {
  ...{ bytes: 2 ** 20, totalBytes: 11 * 2 ** 20, bytesPerSecond: 4 * 2 ** 20 },
  ...{ layers: 1, totalLayers: 4, hereLayers: 2, resumed: 0 },
}

test('a pull says how much of what is missing has come, how fast, and how long it will take', () => {
  expect(describeTask(task({ transfer }))).toBe('Fetching 1 MiB of 11 MiB, 3 of 4 layers, 4 MiB/s, 3 s left')
})

test('one that stands still names no rate, and one that was taken up again says so', () => {
  expect(describeTask(task({ transfer: { ...transfer, bytesPerSecond: 0, resumed: 2 } }))).toBe(
    'Fetching 1 MiB of 11 MiB, 3 of 4 layers, taken up again 2 times',
  )
})

test('other work has its phase', () => {
  expect(describeTask(task({ phase: 'packing' }))).toBe('Packing 25 %')
  expect(describeTask(task({ phase: 'checking', progress: null }))).toBe('Checking…')
})
