import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { SandboxSpec } from '#contract/sandbox'
import type { EventLog } from '../event-log.ts'
import { newRecord } from '../../sandboxes/new-record.ts'
import { openSandboxRecords, type SandboxRecord } from './sandbox-records.ts'

const told: unknown[] = []
const events: EventLog = {
  seq: 0,
  commit(facts, change, applied) {
    told.push(...facts)
    change?.()
    applied?.()
  },
  since: () => null,
  subscribe: () => () => {},
}

function openEmpty(): DatabaseSync {
  const database = new DatabaseSync(':memory:')
  database.exec(`CREATE TABLE sandboxes (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, record TEXT NOT NULL) STRICT;
    CREATE TABLE removals (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;`)
  return database
}

function make(database: DatabaseSync): SandboxRecord {
  const records = openSandboxRecords(database, events)
  return newRecord(
    { records, now: () => new Date(0) },
    {
      name: 'web',
      spec: SandboxSpec.parse({ image: 'busybox' }),
      argv: ['sh'],
      image: { reference: 'busybox', digest: 'sha256:0' },
      state: 'created',
    },
  )
}

test('a record of before there were networks, grants and checks is read, with nothing of them', () => {
  const database = openEmpty()
  const now = make(database)
  const { networkName: _network, grants: _grants, ...spec } = now.sandbox.spec
  const { selfTest: _check, ...sandbox } = now.sandbox
  const { hostname: _hostname, ...record } = now
  const lease = { netnsPath: '/run/joey/network/netns/2', address: '10.64.0.2', interface: 'jy0a1b2cx2' }
  const old = { ...record, lease, sandbox: { ...sandbox, spec } }
  database.prepare('INSERT INTO sandboxes VALUES (?, ?, ?)').run(sandbox.id, 'web', JSON.stringify(old))
  expect(openSandboxRecords(database, events).get(sandbox.id)).toEqual({ ...now, lease })
})

test('what is told with a change is told in its transaction, after the change itself', () => {
  const database = openEmpty()
  const record = make(database)
  told.length = 0
  openSandboxRecords(database, events).put(record, [{ type: 'notice', reason: 'granted', message: 'Given.' }])
  expect(told).toEqual([
    { type: 'sandbox.changed', sandbox: record.sandbox },
    { type: 'notice', reason: 'granted', message: 'Given.' },
  ])
})
