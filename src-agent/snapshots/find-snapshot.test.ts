import { expect, test } from 'vitest'
import type { Snapshot } from '#contract/snapshot'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import type { SnapshotRecord, SnapshotStore } from '../state/records/snapshot-records.ts'
import { findSnapshot, nameSnapshot, snapshotsOf } from './find-snapshot.ts'

const web = 'aaaa00000001'
const gone = 'aaaa00000002'

function snapshot(id: string, name: string, sandboxId: string, sandboxName: string): SnapshotRecord {
  const shown = { id, name, sandboxId, sandboxName, createdAt: `2026-01-01T00:00:0${id.at(-1)}Z` } as Snapshot
  return { snapshot: shown, layers: [], stateKey: null, stateSums: {} }
}

const all = [
  snapshot('bbbb00000002', 'first', web, 'old-name'),
  snapshot('bbbb00000001', 'second', web, 'old-name'),
  snapshot('bbcc00000003', 'first', gone, 'db'),
]
const sandboxes = [{ sandbox: { id: web, name: 'web' } } as SandboxRecord]
const sources = {
  snapshotRecords: {
    all: () => all,
    get: (id: string) => all.find((each) => each.snapshot.id === id),
  } as unknown as SnapshotStore,
  records: {
    all: () => sandboxes,
    get: (id: string) => sandboxes.find(({ sandbox }) => sandbox.id === id),
    findByName: (name: string) => sandboxes.find(({ sandbox }) => sandbox.name === name),
  } as never,
}

test.each([
  ['a whole id', 'bbbb00000001', 'bbbb00000001'],
  ['a start of an id that only one has', 'bbcc', 'bbcc00000003'],
  ['a name that only one has', 'second', 'bbbb00000001'],
  ['the name of a sandbox as it is now, and one of its own', 'web@first', 'bbbb00000002'],
  ['the name that a removed sandbox had', 'db@first', 'bbcc00000003'],
  ['the id of a removed sandbox', `${gone}@first`, 'bbcc00000003'],
])('%s finds it', (_what, ref, id) => {
  expect(findSnapshot(sources, ref).snapshot.id).toBe(id)
})

test.each([
  ['a name that several have', 'first', 'snapshot-ambiguous'],
  ['a start that several have', 'bbbb', 'snapshot-ambiguous'],
  ['a start that is too short', 'bbc', 'snapshot-not-found'],
  ['a name that the sandbox no longer has', 'old-name@first', 'snapshot-not-found'],
  ['a start of an id behind a sandbox', 'web@bbbb', 'snapshot-not-found'],
])('%s is refused', (_what, ref, reason) => {
  expect(() => findSnapshot(sources, ref)).toThrow(
    expect.objectContaining({ wire: expect.objectContaining({ reason }) }),
  )
})

test('those of one sandbox are listed oldest first, also where it is gone', () => {
  const ids = (ref?: string) => snapshotsOf(sources, ref).map(({ snapshot: { id } }) => id)
  expect(ids()).toEqual(['bbbb00000001', 'bbbb00000002', 'bbcc00000003'])
  expect(ids('web')).toEqual(['bbbb00000001', 'bbbb00000002'])
  expect(ids('db')).toEqual(['bbcc00000003'])
  expect(() => ids('nobody')).toThrow('There is no sandbox')
})

test('a name is made up from the time and the reason, and never one that the sandbox has', () => {
  const now = new Date('2026-03-04T05:06:07Z')
  const name = (wish: { name?: string; reason: string }) =>
    nameSnapshot(sources.snapshotRecords, { sandboxId: web, now, name: wish.name, reason: wish.reason })
  expect(name({ reason: 'manual' })).toBe('2026-03-04-050607')
  expect(name({ reason: 'before-restore' })).toBe('before-restore-2026-03-04-050607')
  expect(name({ reason: 'manual', name: 'third' })).toBe('third')
  expect(() => name({ reason: 'manual', name: 'first' })).toThrow('already')
})
