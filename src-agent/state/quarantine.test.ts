import { expect, test } from 'vitest'
import { SandboxSpec } from '#contract/sandbox'
import { Schedule } from '#contract/snapshot'
import { namedLayers } from '../sandboxes/layer-references.ts'
import { newRecord } from '../sandboxes/new-record.ts'
import { openDatabase } from './database.ts'
import { createEventLog } from './event-log.ts'
import {
  examineQuarantine,
  listUnreadable,
  openQuarantine,
  type Quarantine,
  type UnreadableRecord,
} from './quarantine.ts'
import { openImageRecords } from './records/image-records.ts'
import { openSandboxRecords } from './records/sandbox-records.ts'
import { openScheduleRecords } from './records/schedule-records.ts'
import { openSelfTestRecords } from './records/self-test-records.ts'
import { openSnapshotRecords } from './records/snapshot-records.ts'

const at = '1970-01-01T00:00:00.000Z'
const ids = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb']

function setUp() {
  const database = openDatabase(':memory:')
  const events = createEventLog(database, () => new Date(0))
  const sentences: string[] = []
  const moved: UnreadableRecord[] = []
  const back: string[] = []
  const open = () =>
    openQuarantine({
      database,
      now: () => new Date(0),
      onMoved: (record, { message }) => {
        moved.push(record)
        sentences.push(message)
      },
      onBack: ({ id }) => void back.push(id),
    })
  const spoil = (table: string, id: string, text: string) =>
    void database
      .prepare(`INSERT INTO ${table} VALUES (${table === 'sandboxes' ? `?, '${id}', ?` : '?, ?'})`)
      .run(id, text)
  return { database, events, open, spoil, sentences, moved, back }
}

type Fixture = ReturnType<typeof setUp>

test.each<[table: string, open: (fixture: Fixture, quarantine: Quarantine) => unknown]>([
  ['sandboxes', ({ database, events }, quarantine) => openSandboxRecords(database, events, quarantine).all()],
  [
    'removals',
    ({ database, events }, quarantine) => openSandboxRecords(database, events, quarantine).pendingRemovals(),
  ],
  ['snapshots', ({ database, events }, quarantine) => openSnapshotRecords(database, events, quarantine).all()],
  ['images', ({ database }, quarantine) => openImageRecords(database, quarantine).list()],
  ['schedules', ({ database }, quarantine) => [...openScheduleRecords(database, quarantine).all()]],
  [
    'selftests',
    ({ database }, quarantine) => ids.flatMap((id) => openSelfTestRecords(database, quarantine).get(id) ?? []),
  ],
])('a record of %s that cannot be read is set aside, with why and when', (table, open) => {
  const fixture = setUp()
  fixture.spoil(table, 'aaaaaaaaaaaa', '{"of":"another version"}')
  fixture.spoil(table, 'bbbbbbbbbbbb', '{"cut o')

  expect(open(fixture, fixture.open())).toEqual([])
  expect(fixture.moved).toMatchObject([
    { table, id: 'aaaaaaaaaaaa', text: '{"of":"another version"}', why: expect.stringContaining('of'), at },
    { table, id: 'bbbbbbbbbbbb', text: '{"cut o', why: expect.stringContaining('SyntaxError'), at },
  ])
  // Reported once, and kept.
  expect(open(fixture, fixture.open())).toEqual([])
  expect(fixture.moved).toHaveLength(2)
  expect(fixture.open().of(table as UnreadableRecord['table'])).toHaveLength(2)
})

test('the others go on', () => {
  const fixture = setUp()
  const { database, events } = fixture
  const records = openSandboxRecords(database, events, fixture.open())
  const image = { reference: 'busybox', digest: 'sha256:0' }
  const spec = SandboxSpec.parse({ image: 'busybox' })
  const base = { records, now: () => new Date(0) }
  records.put(newRecord(base, { name: 'web', spec, argv: ['sh'], image, state: 'created' }))
  const schedules = openScheduleRecords(database, fixture.open())
  schedules.put('cccccccccccc', { schedule: Schedule.parse({}), lastAt: at })
  fixture.spoil('sandboxes', 'aaaaaaaaaaaa', '{"sandbox":{"name":"db"}}')
  fixture.spoil('schedules', 'aaaaaaaaaaaa', '{}')

  const later = openSandboxRecords(database, events, fixture.open())
  expect(later.all().map(({ sandbox }) => sandbox.name)).toEqual(['web'])
  expect([...openScheduleRecords(database, fixture.open()).all().keys()]).toEqual(['cccccccccccc'])
  expect(fixture.sentences).toEqual([
    'The record of the sandbox "db" (aaaaaaaaaaaa) cannot be read, so it is left out. Its files are left where they are. "joey doctor" shows why.',
    'The record of the schedule of sandbox aaaaaaaaaaaa cannot be read, so it is left out. "joey doctor" shows why.',
  ])
})

/** A record that can be read, as the table has it. */
function setAside({ database, events, open }: Fixture, change: (text: string) => string) {
  const records = openSandboxRecords(database, events, open())
  const spec = SandboxSpec.parse({ image: 'busybox' })
  const image = { reference: 'busybox', digest: 'sha256:0' }
  const base = { records, now: () => new Date(0) }
  const record = newRecord(base, { name: 'web', spec, argv: ['sh'], image, state: 'created' })
  const text = change(JSON.stringify(record))
  database.prepare('INSERT INTO quarantine VALUES (?, ?, ?, ?, ?)').run('sandboxes', record.sandbox.id, text, '?', at)
  return { record, records: () => openSandboxRecords(database, events, open()) }
}

test('what can be read by now goes back at the next start, with its name', () => {
  const fixture = setUp()
  const { record, records } = setAside(fixture, (text) => text)
  expect(records().findByName('web')).toEqual(record)
  expect(fixture.back).toEqual([record.sandbox.id])
  expect(listUnreadable(fixture.open())).toEqual([])
  expect(records().all()).toHaveLength(1)
})

test('what still cannot be read stays, and so does what would take the name of another', () => {
  const fixture = setUp()
  setAside(fixture, (text) => text.slice(1))
  const other = setAside(fixture, (text) => text)
  fixture.database
    .prepare("INSERT INTO sandboxes VALUES ('cccccccccccc', 'web', ?)")
    .run(JSON.stringify(other.record).replaceAll(other.record.sandbox.id, 'cccccccccccc'))
  expect(
    other
      .records()
      .all()
      .map(({ sandbox }) => sandbox.id),
  ).toEqual(['cccccccccccc'])
  expect(listUnreadable(fixture.open())).toHaveLength(2)
  expect(fixture.back).toEqual([])
})

test('one that is given up is gone, and nothing of it is held any more', () => {
  const fixture = setUp()
  fixture.spoil('sandboxes', 'aaaaaaaaaaaa', '{"sandbox":{"name":"db"},"layers":["0123456789ab"]}')
  const records = openSandboxRecords(fixture.database, fixture.events, fixture.open())
  const quarantine = fixture.open()
  expect(listUnreadable(quarantine)).toMatchObject([{ table: 'sandboxes', id: 'aaaaaaaaaaaa', name: 'db', at }])

  expect(quarantine.drop('sandboxes', 'aaaaaaaaaaaa').id).toBe('aaaaaaaaaaaa')
  expect(records.unreadable()).toEqual([])
  expect(() => quarantine.drop('sandboxes', 'aaaaaaaaaaaa')).toThrow('No record sandboxes aaaaaaaaaaaa is set aside.')
})

test('layers that such a record names are named', () => {
  const fixture = setUp()
  const { database, events } = fixture
  fixture.spoil('sandboxes', 'aaaaaaaaaaaa', '{"sandbox":{"id":"aaaaaaaaaaaa"},"layers":["0123456789ab"')
  fixture.spoil('snapshots', 'bbbbbbbbbbbb', '{"layers":["ba9876543210"],"sum":"sha256:0123456789abcdef"}')
  const quarantine = fixture.open()
  const records = openSandboxRecords(database, events, quarantine)
  const snapshots = openSnapshotRecords(database, events, quarantine)

  expect(namedLayers({ records, snapshotRecords: snapshots })).toEqual(
    new Set(['aaaaaaaaaaaa', '0123456789ab', 'ba9876543210']),
  )
})

test('the doctor says what cannot be read, and why', () => {
  const fixture = setUp()
  expect(examineQuarantine(fixture.open())).toEqual([])
  fixture.spoil('selftests', 'aaaaaaaaaaaa', '{}')
  openSelfTestRecords(fixture.database, fixture.open())
  expect(examineQuarantine(fixture.open())).toMatchObject([{ id: 'records', level: 'warning' }])
  fixture.spoil('images', 'sha256:00', '{}')
  openImageRecords(fixture.database, fixture.open())

  const [finding] = examineQuarantine(fixture.open())
  expect(finding).toMatchObject({ level: 'problem', title: '2 records of Joey cannot be read' })
  expect(finding?.detail).toContain(`image sha256:00, since ${at}: `)
})
