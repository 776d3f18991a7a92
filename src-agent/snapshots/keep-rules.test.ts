import { expect, test } from 'vitest'
import type { Snapshot } from '#contract/snapshot'
import { findSurplus, type KeptBy } from './keep-rules.ts'

function made(at: string, reason: Snapshot['reason'] = 'schedule', labels: Record<string, string> = {}): KeptBy {
  return { id: at, createdAt: at, reason, labels }
}

const days = ['01', '02', '03', '04'].flatMap((day) =>
  ['08:00', '08:30', '09:10', '17:45'].map((time) => made(`2026-05-${day}T${time}:00.000Z`)),
)
const surplus = (rules: { last?: number; hourly?: number; daily?: number }, from = days) =>
  findSurplus(from, { last: 0, hourly: 0, daily: 0, ...rules }).map(({ id }) => id.slice(5, 16))

test('the last so many are kept, and the oldest go first', () => {
  expect(surplus({ last: 14 })).toEqual(['05-01T08:00', '05-01T08:30'])
})

test('of each of the last hours that have one, the newest is kept', () => {
  expect(surplus({ hourly: 3 }, days.slice(0, 4))).toEqual(['05-01T08:00'])
})

test('of each of the last days that have one, the newest is kept', () => {
  const gone = surplus({ daily: 2 })
  expect(gone).toHaveLength(14)
  expect(gone).not.toContain('05-04T17:45')
  expect(gone).not.toContain('05-03T17:45')
})

test('one that any rule keeps stays', () => {
  expect(surplus({ last: 1, daily: 4 })).toHaveLength(12)
})

test('no rule removes what people made, forked from, imported or pinned', () => {
  const mine = [
    made('2026-05-01T00:00:00.000Z', 'manual'),
    made('2026-05-01T00:01:00.000Z', 'fork'),
    made('2026-05-01T00:02:00.000Z', 'import'),
    made('2026-05-01T00:03:00.000Z', 'schedule', { 'joey.keep': '' }),
    made('2026-05-01T00:04:00.000Z', 'before-restore'),
  ]
  expect(surplus({}, mine)).toEqual(['05-01T00:04'])
})
