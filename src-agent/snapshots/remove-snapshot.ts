import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { appError } from '#contract/app-error'
import { withSandbox } from '../sandboxes/context.ts'
import { dropUnnamed } from '../sandboxes/layer-references.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { commitTogether } from '../state/record-change.ts'
import { type SnapshotGround, stateFolder } from './snapshot-ground.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import { withLocks } from './with-locks.ts'

/**
 * Removes a snapshot. What was made from it gets its parent in the same transaction, and keeps the layers that it names; what
 * nobody names any longer is removed afterwards.
 */
export async function removeSnapshot(ground: SnapshotGround, id: string): Promise<{ id: string; freedBytes: number }> {
  const { context } = ground
  for (;;) {
    const children = childrenOf(ground, id)
    // Work on a sandbox puts back the record that it began with, so none may be under way with one that stood on it.
    const done = await withLocks(context.lock, [id, ...children], async () => {
      const isSame = childrenOf(ground, id).every((child) => children.includes(child))
      return isSame ? removeNow(ground, id) : null
    })
    if (done) return done
  }
}

function childrenOf({ context }: SnapshotGround, id: string): string[] {
  return context.records.all().flatMap(({ sandbox }) => (sandbox.parentId === id ? [sandbox.id] : []))
}

async function removeNow(ground: SnapshotGround, id: string): Promise<{ id: string; freedBytes: number }> {
  const { context, snapshotRecords } = ground
  const record = requireRemovable(ground, id)
  const { parentId } = record.snapshot
  const snapshots = snapshotRecords.all().filter(({ snapshot }) => snapshot.parentId === id)
  const sandboxes = context.records.all().filter(({ sandbox }) => sandbox.parentId === id)
  commitTogether(context.events, [
    ...snapshots.map((each: SnapshotRecord) =>
      snapshotRecords.changeOf({ ...each, snapshot: { ...each.snapshot, parentId } }),
    ),
    ...sandboxes.map((each: SandboxRecord) => context.records.changeOf(withSandbox(each, { parentId }))),
    snapshotRecords.removalOf(id),
  ])
  await ground.step('removed')
  const freed = await dropUnnamed(context, record.layers)
  await rm(dirname(stateFolder(ground, id)), { recursive: true, force: true })
  return { id, freedBytes: freed + (record.snapshot.live?.bytes ?? 0) }
}

function requireRemovable({ context, snapshotRecords }: SnapshotGround, id: string): SnapshotRecord {
  const record = snapshotRecords.get(id)
  if (!record)
    throw appError('notFound', 'snapshot-not-found', 'The snapshot is gone already.', { params: { ref: id } })
  const { snapshot } = record
  if (record.making !== undefined) {
    const message = `The snapshot "${snapshot.name}" is still being made. Wait until it is there, or cancel that.`
    throw appError('conflict', 'snapshot-in-making', message, { params: { name: snapshot.name } })
  }
  const user = context.records.all().find(({ restore }) => restore?.snapshotId === id)
  if (user) {
    const message = `"${user.sandbox.name}" is being restored from the snapshot "${snapshot.name}". Wait until that is done.`
    throw appError('conflict', 'snapshot-in-use', message, { params: { name: snapshot.name } })
  }
  return record
}
