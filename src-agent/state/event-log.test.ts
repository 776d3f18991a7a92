import { DatabaseSync } from 'node:sqlite'
import { expect, test, vi } from 'vitest'
import { notice as reportNotice } from '#contract/notice'
import { sentence } from '#contract/sentence'
import { createEventLog } from './event-log.ts'

const schema = 'CREATE TABLE events (seq INTEGER PRIMARY KEY, event TEXT NOT NULL) STRICT'
const now = () => new Date(0)
const notice = (what: string) => reportNotice('reconciled', { what: sentence('found-ended', { name: what }) })

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

test('a notice is found again with what makes it in other languages', () => {
  const { log } = setUp()
  const fact = reportNotice('granted', { name: 'web', grant: 'no-seccomp', runs: 'no' })
  log.commit([fact])
  expect(log.since(0)).toMatchObject([{ ...fact, params: { name: 'web', grant: 'no-seccomp' } }])
})

test('a notice of an earlier version, which had no values, is found again', () => {
  const { database, log } = setUp()
  log.commit([notice('a')])
  const old = { type: 'notice', seq: 1, at: now().toISOString(), reason: 'granted', message: 'Given.' }
  database.prepare('UPDATE events SET event = ?').run(JSON.stringify(old))
  expect(log.since(0)).toStrictEqual([old])
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

test('what is no longer kept, and what never was, asks for the whole state', () => {
  const { database, log } = setUp()
  for (let index = 0; index < 3; index += 1) log.commit([notice('x')])
  database.exec('DELETE FROM events WHERE seq <= 2')
  expect(log.since(0)).toBeNull()
  expect(log.since(2)?.map(({ seq }) => seq)).toEqual([3])
  expect(log.since(99)).toBeNull()
})

test('an event in a form of another version is passed over', () => {
  const { database, log } = setUp()
  for (const message of ['a', 'b', 'c']) log.commit([notice(message)])
  database.exec(`UPDATE events SET event = '{"type":"unknown.changed","seq":2,"value":1}' WHERE seq = 2`)
  expect(log.since(0)?.map(({ seq }) => seq)).toEqual([1, 3])
  database.exec(`UPDATE events SET event = '{"type":"noti' WHERE seq = 3`)
  expect(log.since(0)?.map(({ seq }) => seq)).toEqual([1])
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
