import { appError } from '#contract/app-error'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import type { TimeGround } from '../time-ground.ts'
import { requireEditable } from './open-edit.ts'

const sandboxPrefix = 'sandbox:'

/** The sandbox that a tree is of, in a state in which its files can be changed. */
export function requireWritable(
  { sandboxes, context }: Pick<TimeGround, 'sandboxes' | 'context'>,
  tree: string,
): SandboxRecord {
  if (!tree.startsWith(sandboxPrefix)) {
    const message = 'Images and snapshots never change. Make a sandbox of it, and change the files of that.'
    throw appError('refused', 'read-only-tree', message, { params: { tree } })
  }
  const record = sandboxes.find(tree.slice(sandboxPrefix.length))
  requireEditable(context, record)
  return record
}
