import { expect, test } from 'vitest'
import type { Invocation } from '#contract/function'
import { openDatabase } from '../database.ts'
import type { Quarantine } from '../quarantine.ts'
import { openFunctionRecords } from './function-records.ts'

const quarantine = { readAll: () => new Map() } as unknown as Quarantine
const call = (id: string): Invocation => ({
  ...{ id, traceparent: '', revision: 1, instance: null, how: 'warm', method: 'GET', path: '/' },
  ...{ at: '2026-01-01T00:00:00.000Z', placedMs: null, totalMs: 1, status: 200, bytes: 0, problem: null },
})
const idsOf = (calls: readonly Invocation[]): readonly string[] => calls.map(({ id }) => id)

test('calls are listed at once, the newest first, and the last thousand are kept', () => {
  const records = openFunctionRecords(openDatabase(':memory:'), quarantine)
  for (let number = 0; number < 1100; number += 1) records.addInvocation('web', call(`${number}`))
  records.addInvocation('other', call('x'))
  expect(idsOf(records.invocations('web', 2))).toEqual(['1099', '1098'])
  expect(records.invocations('web', 5000)).toHaveLength(1000)
  records.remove('web')
  expect([records.invocations('web', 5), idsOf(records.invocations('other', 5))]).toEqual([[], ['x']])
})

test('calls that the disk does not take fail nobody', () => {
  const database = openDatabase(':memory:')
  const records = openFunctionRecords(database, quarantine)
  database.exec('DROP TABLE invocations')
  records.addInvocation('web', call('a'))
  expect(() => records.keepInvocations()).not.toThrow()
})
