import { appError } from '#contract/app-error'
import { createKeyedLock, type KeyedLock } from '../base/async/locks.ts'
import { defineHandlers } from '../base/handlers.ts'
import type { Drivers } from '../engines/driver.ts'
import { createPipes } from '../io/streams/pipes.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import type { Trees } from '../sandboxes/trees.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import type { SnapshotStore } from '../state/records/snapshot-records.ts'
import type { ImageMounts } from '../storage/layers/image-mounts.ts'
import type { LayerStore } from '../storage/layers/layer-store.ts'
import type { LimitedDisks } from '../storage/limited/limited-disks.ts'
import { planChange } from './change-plan.ts'
import type { EditFrame } from './edit-protocol.ts'
import type { EditSession } from './edit-session.ts'
import { readTreeAccounts, toFileEntry } from './file-entry.ts'
import { versionOf } from './file-version.ts'
import { requireOffMounts } from './mounted-places.ts'
import { editSandbox } from './open-edit.ts'
import { withTree } from './opened-tree.ts'
import { requireWritable } from './require-writable.ts'
import { toEntryPath } from './tree-paths.ts'
import { planWrite } from './write-file.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly folder: StateFolder
  readonly imageMounts: ImageMounts
  readonly layers: LayerStore
  readonly limitedDisks: LimitedDisks
  readonly snapshotRecords: SnapshotStore
  readonly lock: KeyedLock
  readonly drivers: Drivers
  readonly sandboxes: Pick<SandboxService, 'find'>
  readonly trees: Trees
}

/** Writes and changes files of sandboxes. */
export function createEdits(deps: Deps, onChanged: () => void) {
  const editing = { ...deps, pipes: createPipes() }
  /** Two editors of one sandbox: what the first has written is what the second is compared with. */
  const turns = createKeyedLock()
  const apply = async (record: SandboxRecord, signal: AbortSignal, work: (session: EditSession) => Promise<number>) => {
    try {
      return await editSandbox(editing, record, signal, work)
    } finally {
      onChanged()
    }
  }

  return defineHandlers({
    async writeFile({ tree, path, base64, version }, signal) {
      const record = requireWritable(deps, tree)
      const at = toEntryPath(path)
      requireOffMounts(record, at)
      const content = decode(base64)
      return turns.run(record.sandbox.id, async () => {
        const frame = await withTree(deps, tree, signal, (view) => planWrite(view, at, version))
        await apply(record, signal, async (session) => (await session.put(frame, split(content))).done)
        return withTree(deps, tree, signal, async (view) => {
          const file = await view.open(at)
          try {
            return { entry: toFileEntry(at, file.node, await readTreeAccounts(view)), version: await versionOf(file) }
          } finally {
            await file.close()
          }
        })
      })
    },

    async changeFiles({ tree, change }, signal) {
      const record = requireWritable(deps, tree)
      return turns.run(record.sandbox.id, async () => {
        const frames = await withTree(deps, tree, signal, (view) => planChange(change, view, record))
        return { changed: await apply(record, signal, (session) => applyAll(session, frames)) }
      })
    },
  })
}

/** Gives how many things were changed, those in deleted folders among them. */
async function applyAll(session: EditSession, frames: readonly EditFrame[]): Promise<number> {
  let changed = 0
  for (const frame of frames) {
    const done = frame.op === 'put' ? (await session.put(frame, [])).done : session.change(frame)
    changed += await done
  }
  return changed
}

function decode(base64: string): Buffer {
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(base64) && base64.length % 4 === 0) return Buffer.from(base64, 'base64')
  throw appError('request-not-valid', { what: 'base64' })
}

const partBytes = 256 * 1024

function* split(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += partBytes) yield content.subarray(at, at + partBytes)
}
