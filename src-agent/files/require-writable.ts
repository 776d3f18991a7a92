import { appError } from '#contract/app-error'
import type { Drivers } from '../engines/driver.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { requireEditable } from './open-edit.ts'

interface Deps {
  readonly drivers: Drivers
  readonly sandboxes: Pick<SandboxService, 'find'>
}

const sandboxPrefix = 'sandbox:'

/** The sandbox that a tree is of; null: it is that of a snapshot or an image. */
export function sandboxOf({ sandboxes }: Pick<Deps, 'sandboxes'>, tree: string): SandboxRecord | null {
  return tree.startsWith(sandboxPrefix) ? sandboxes.find(tree.slice(sandboxPrefix.length)) : null
}

/** The sandbox that a tree is of, in a state in which its files can be changed. */
export function requireWritable(deps: Deps, tree: string): SandboxRecord {
  const record = sandboxOf(deps, tree)
  if (record === null) throw appError('read-only-tree', { tree })
  requireEditable(deps, record)
  return record
}
