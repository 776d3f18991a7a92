import { expect, test } from 'vitest'
import type { AgentEvent } from '#contract/observe'
import { makeSnapshot } from '../testing/snapshot-samples.ts'
import { reduceSnapshots, type Snapshots, snapshotsOf } from './snapshot-slice.ts'

const at = '2026-01-01T00:00:00.000Z'
const first = makeSnapshot()
const known: Snapshots = new Map([[first.id, first]])

test('a change replaces what was known of a snapshot, and leaves the others', () => {
  const second = makeSnapshot({ id: 'bbbbbbbbbbbb', name: 'second' })
  const events: readonly AgentEvent[] = [
    { type: 'snapshot.changed', seq: 2, at, snapshot: second },
    { type: 'snapshot.changed', seq: 3, at, snapshot: { ...first, state: 'damaged', problem: 'A layer is gone.' } },
  ]
  const after = events.reduce(reduceSnapshots, known)
  expect([...after.values()].map(({ name, state }) => `${name} ${state}`)).toEqual(['first damaged', 'second ready'])
  expect(known.get(first.id)?.state).toBe('ready')
})

test('removing one that is not known changes nothing, not even the map', () => {
  expect(reduceSnapshots(known, { type: 'snapshot.removed', seq: 2, at, id: 'cccccccccccc' })).toBe(known)
})

test('those of one sandbox come oldest first', () => {
  const late = makeSnapshot({ id: 'bbbbbbbbbbbb', createdAt: '2026-01-03T00:00:00.000Z' })
  const early = makeSnapshot({ id: 'cccccccccccc', createdAt: '2026-01-02T00:00:00.000Z' })
  const other = makeSnapshot({ id: 'dddddddddddd', sandboxId: 'ffffffffffff' })
  const all = new Map([late, other, early, first].map((each) => [each.id, each]))
  expect(snapshotsOf(all, first.sandboxId).map(({ id }) => id)).toEqual([first.id, early.id, late.id])
})
