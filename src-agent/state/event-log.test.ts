import { DatabaseSync } from 'node:sqlite'
import { expect, test, vi } from 'vitest'
import { createEventLog } from './event-log.ts'

const schema = 'CREATE TABLE events (seq INTEGER PRIMARY KEY, event TEXT NOT NULL) STRICT'
const now = () => new Date(0)
const notice = (message: string) => ({ type: 'notice' as const, reason: 'test', message })

function setUp() {
  const database = new DatabaseSync(':memory:')
  database.exec(schema)
  return { database, log: createEventLog(database, now) }
}

test('events are numbered without gaps, over restarts too', () => {
  const { database, log } = setUp()
  log.commit([notice('a'), notice('b')])
  const later = createEventLog(database, now)
  later.commit([notice('c')])
  expect(later.since(0)?.map(({ seq }) => seq)).toEqual([1, 2, 3])
})

test('a change that fails takes its event with it', () => {
  const { log } = setUp()
  const listener = vi.fn()
  log.subscribe(listener)
  const applied = vi.fn()
  const broken = () => {
    throw new Error('disk full')
  }
  expect(() => log.commit([notice('a')], broken, applied)).toThrow('disk full')
  expect(applied).not.toHaveBeenCalled()
  expect(listener).not.toHaveBeenCalled()
  expect(log.since(0)).toEqual([])
})

test('what is no longer kept, and what never was, asks for a snapshot', () => {
  const { database, log } = setUp()
  for (let index = 0; index < 3; index += 1) log.commit([notice('x')])
  database.exec('DELETE FROM events WHERE seq <= 2')
  expect(log.since(0)).toBeNull()
  expect(log.since(2)?.map(({ seq }) => seq)).toEqual([3])
  expect(log.since(99)).toBeNull()
})

test('a listener that commits does not change the order for others', () => {
  const { log } = setUp()
  const heard: number[] = []
  log.subscribe(({ seq }) => {
    if (seq === 1) log.commit([notice('answer')])
  })
  log.subscribe(({ seq }) => heard.push(seq))
  log.commit([notice('question')])
  expect(heard).toEqual([1, 2])
})
