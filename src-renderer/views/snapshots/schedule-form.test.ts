import { expect, test } from 'vitest'
import { Schedule } from '#contract/snapshot'
import { readForm, type ScheduleForm, toForm } from './schedule-form.ts'

test.each([
  [90, '90', 'minutes'],
  [120, '2', 'hours'],
  [2880, '2', 'days'],
] as const)('every %i minutes is shown as %s %s and read back as the same', (everyMinutes, every, unit) => {
  const schedule = Schedule.parse({ everyMinutes, keep: { last: 3, hourly: 24, daily: 7 } })
  const form = toForm(schedule)
  expect(form).toMatchObject({ every, unit, byClock: true })
  expect(readForm(form)).toEqual({ ok: true, schedule })
})

test('a form that asks for nothing is no schedule', () => {
  expect(readForm(toForm(null))).toEqual({ ok: true, schedule: null })
})

test.each([
  ['an empty interval', { byClock: true, every: '' }, 'every'],
  ['an interval of zero', { byClock: true, every: '0' }, 'every'],
  ['more than a month', { byClock: true, every: '32', unit: 'days' }, 'every'],
  ['words', { whenIdle: true, idleMinutes: 'soon' }, 'idleMinutes'],
  ['half a minute', { whenIdle: true, idleMinutes: '0.5' }, 'idleMinutes'],
  ['a keep rule below nothing', { beforeStop: true, keep: { last: '5', hourly: '-1', daily: '0' } }, 'hourly'],
] as const)('%s is refused at its field', (_what, changes, field) => {
  const result = readForm({ ...toForm(null), ...changes } as ScheduleForm)
  expect(result).toEqual({ ok: false, problems: new Set([field]) })
})

test('what is switched off is not looked at', () => {
  expect(readForm({ ...toForm(null), beforeStop: true, byClock: false, every: 'never' })).toMatchObject({
    ok: true,
    schedule: { everyMinutes: null, beforeStop: true },
  })
})
