import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { appError } from '#contract/app-error'
import { type KeyedLock, withLocks } from '../base/async/locks.ts'
import { dropUnnamed, type LayerReferencesDeps } from '../sandboxes/layer-references.ts'
import type { EventLog } from '../state/event-log.ts'
import type { StateFolder } from '../state/folder.ts'
import { commitTogether } from '../state/record-change.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { withSandbox } from '../state/records/sandbox-records.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import { stateFolder } from './state-folder.ts'

interface Deps extends LayerReferencesDeps {
  readonly events: EventLog
  readonly folder: StateFolder
  readonly lock: KeyedLock
  /** For tests: called between any two steps. */
  readonly step: (name: string) => Promise<void>
}

/**
 * Removes a snapshot. What was made from it gets its parent in the same transaction, and keeps the layers that it names; what
 * nobody names any longer is removed afterwards.
 */
export async function removeSnapshot(deps: Deps, id: string): Promise<{ id: string; freedBytes: number }> {
  for (;;) {
    const children = childrenOf(deps, id)
    // Work on a sandbox puts back the record that it began with, so none may be under way with one that stood on it.
    const done = await withLocks(deps.lock, [id, ...children], async () => {
      const isSame = childrenOf(deps, id).every((child) => children.includes(child))
      return isSame ? removeNow(deps, id) : null
    })
    if (done) return done
  }
}

function childrenOf(deps: Pick<Deps, 'records'>, id: string): string[] {
  return deps.records.all().flatMap(({ sandbox }) => (sandbox.parentId === id ? [sandbox.id] : []))
}

async function removeNow(
  deps: Pick<Deps, 'records' | 'events' | 'folder' | 'layers' | 'snapshotRecords' | 'log' | 'step'>,
  id: string,
): Promise<{ id: string; freedBytes: number }> {
  const { snapshotRecords } = deps
  const record = requireRemovable(deps, id)
  const { parentId } = record.snapshot
  const snapshots = snapshotRecords.all().filter(({ snapshot }) => snapshot.parentId === id)
  const sandboxes = deps.records.all().filter(({ sandbox }) => sandbox.parentId === id)
  commitTogether(deps.events, [
    ...snapshots.map((each: SnapshotRecord) =>
      snapshotRecords.changeOf({ ...each, snapshot: { ...each.snapshot, parentId } }),
    ),
    ...sandboxes.map((each: SandboxRecord) => deps.records.changeOf(withSandbox(each, { parentId }))),
    snapshotRecords.removalOf(id),
  ])
  await deps.step('removed')
  const freed = await dropUnnamed(deps, record.layers)
  await rm(dirname(stateFolder(deps, id)), { recursive: true, force: true })
  return { id, freedBytes: freed + (record.snapshot.live?.bytes ?? 0) }
}

function requireRemovable(deps: Pick<Deps, 'records' | 'snapshotRecords'>, id: string): SnapshotRecord {
  const record = deps.snapshotRecords.get(id)
  if (!record) throw appError('snapshot-not-found', { ref: id })
  const { snapshot } = record
  if (record.making !== undefined) {
    throw appError('snapshot-in-making', { name: snapshot.name })
  }
  const user = deps.records.all().find(({ restore }) => restore?.snapshotId === id)
  if (user) {
    throw appError('snapshot-in-use', { name: snapshot.name, sandbox: user.sandbox.name })
  }
  return record
}
