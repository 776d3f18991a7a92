import type { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { SandboxSpec } from '#contract/sandbox'
import { newRecord } from '../../sandboxes/new-record.ts'
import { openTestQuarantine } from '../../testing/quarantine.ts'
import { openDatabase } from '../database.ts'
import type { EventLog } from '../event-log.ts'
import { openSandboxRecords, type SandboxRecord } from './sandbox-records.ts'

const announced: unknown[] = []
const events: EventLog = {
  seq: 0,
  commit(facts, change, applied) {
    announced.push(...facts)
    change?.()
    applied?.()
  },
  since: () => null,
  subscribe: () => () => {},
}

function openEmpty(): DatabaseSync {
  return openDatabase(':memory:')
}

function make(database: DatabaseSync): SandboxRecord {
  const records = openSandboxRecords(database, events, openTestQuarantine(database))
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
  const { hostname: _hostname, firstId: _ids, ...record } = now
  const lease = { netnsPath: '/run/joey/network/netns/2', address: '10.64.0.2', interface: 'jy0a1b2cx2' }
  const old = { ...record, lease, sandbox: { ...sandbox, spec } }
  database.prepare('INSERT INTO sandboxes VALUES (?, ?, ?)').run(sandbox.id, 'web', JSON.stringify(old))
  expect(openSandboxRecords(database, events, openTestQuarantine(database)).get(sandbox.id)).toEqual({
    ...now,
    lease: { ...lease, users: null },
  })
})

test('what is announced with a change is announced in its transaction, after the change itself', () => {
  const database = openEmpty()
  const record = make(database)
  announced.length = 0
  openSandboxRecords(database, events, openTestQuarantine(database)).put(record, [
    { type: 'notice', reason: 'granted', message: 'Given.' },
  ])
  expect(announced).toEqual([
    { type: 'sandbox.changed', sandbox: record.sandbox },
    { type: 'notice', reason: 'granted', message: 'Given.' },
  ])
})
