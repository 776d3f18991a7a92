import type { Sandbox, SandboxId } from '#contract/sandbox'
import type { Snapshot, SnapshotId } from '#contract/snapshot'

/** A node of the tree: the image that all stands on, a snapshot, or what a sandbox is now. */
export type TreeNode = {
  /** Unique over all kinds. */
  readonly key: string
  readonly parentKey: string | null
} & (
  | { readonly kind: 'image'; readonly image: string }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  /** `own`: the sandbox that is looked at. */
  | { readonly kind: 'head'; readonly sandbox: Sandbox; readonly own: boolean }
)

export const imageKey = 'image'
export const snapshotKey = (id: SnapshotId): string => `snapshot:${id}`
export const headKey = (id: SandboxId): string => `sandbox:${id}`

interface Known {
  readonly snapshots: ReadonlyMap<SnapshotId, Snapshot>
  readonly sandboxes: ReadonlyMap<SandboxId, Sandbox>
}

/**
 * All that has to do with one sandbox: its snapshots, what they and it were made from, and every snapshot and sandbox that
 * was made from any of these. Oldest first, the sandboxes as they are now last.
 */
export function familyOf(sandbox: Sandbox, { snapshots, sandboxes }: Known): TreeNode[] {
  const members = membersOf(sandbox, { snapshots, sandboxes })
  const parentOf = (id: SnapshotId | null): string => (id !== null && members.has(id) ? snapshotKey(id) : imageKey)
  const ofSnapshots = [...members]
    .flatMap((id) => snapshots.get(id) ?? [])
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id))
    .map((snapshot): TreeNode => {
      const { id, parentId } = snapshot
      return { key: snapshotKey(id), parentKey: parentOf(parentId), kind: 'snapshot', snapshot }
    })
  const heads = [...sandboxes.values()]
    .filter(({ id, parentId }) => id === sandbox.id || (parentId !== null && members.has(parentId)))
    .sort((a, b) => Number(b.id === sandbox.id) - Number(a.id === sandbox.id) || compareAge(a, b))
    .map(
      (each): TreeNode => ({
        key: headKey(each.id),
        parentKey: parentOf(each.parentId),
        kind: 'head',
        sandbox: each,
        own: each.id === sandbox.id,
      }),
    )
  return [{ key: imageKey, parentKey: null, kind: 'image', image: sandbox.image }, ...ofSnapshots, ...heads]
}

function compareAge(a: Sandbox, b: Sandbox): number {
  return a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id)
}

/** Ids of the snapshots that hang together with the sandbox by their parents, over any number of steps. */
function membersOf(sandbox: Sandbox, { snapshots }: Known): ReadonlySet<SnapshotId> {
  const children = new Map<SnapshotId, SnapshotId[]>()
  for (const { id, parentId } of snapshots.values()) {
    if (parentId !== null) children.set(parentId, [...(children.get(parentId) ?? []), id])
  }
  const members = new Set<SnapshotId>()
  const waiting = [...snapshots.values()].filter(({ sandboxId }) => sandboxId === sandbox.id).map(({ id }) => id)
  if (sandbox.parentId !== null) waiting.push(sandbox.parentId)
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const snapshot = snapshots.get(id)
    if (!snapshot || members.has(id)) continue
    members.add(id)
    waiting.push(...(children.get(id) ?? []))
    if (snapshot.parentId !== null) waiting.push(snapshot.parentId)
  }
  return members
}
