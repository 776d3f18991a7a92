import { formatBytes } from '#contract/byte-size'
import type { Sandbox } from '#contract/sandbox'
import type { Snapshot, SnapshotUsage } from '#contract/snapshot'
import { formatDuration } from './words.ts'

interface Node {
  readonly text: string
  readonly children: readonly Node[]
}

export interface TreeFacts {
  readonly snapshots: readonly Snapshot[]
  readonly sandboxes: readonly Sandbox[]
  readonly usage: readonly SnapshotUsage[]
}

/**
 * Ancestry as lines, older first: a snapshot hangs below the one it was made from, a sandbox below the one that its disk
 * stands on. A snapshot whose parent is not shown is a root.
 */
export function drawTree(facts: TreeFacts): readonly string[] {
  const ids = new Set(facts.snapshots.map(({ id }) => id))
  const childrenOf = (parent: string | null): Node[] => [
    ...facts.snapshots
      .filter(({ parentId }) => (parentId !== null && ids.has(parentId) ? parentId : null) === parent)
      .sort((one, other) => one.createdAt.localeCompare(other.createdAt))
      .map((snapshot) => ({ text: describe(snapshot, facts.usage), children: childrenOf(snapshot.id) })),
    ...facts.sandboxes
      .filter(({ parentId }) => (parentId !== null && ids.has(parentId) ? parentId : null) === parent)
      .sort((one, other) => one.createdAt.localeCompare(other.createdAt))
      .map(({ name, state }) => ({ text: `* ${name} (${state}, now)`, children: [] })),
  ]
  const roots = childrenOf(null)
  return roots.flatMap((root) => [root.text, ...drawChildren(root, '')])
}

function drawChildren({ children }: Node, indent: string): string[] {
  return children.flatMap((child, index) => {
    const isLast = index === children.length - 1
    const own = `${indent}${isLast ? '└─ ' : '├─ '}${child.text}`
    return [own, ...drawChildren(child, `${indent}${isLast ? '   ' : '│  '}`)]
  })
}

function describe(snapshot: Snapshot, usage: readonly SnapshotUsage[]): string {
  const { id, name, sandboxName, live, createdAt, pauseMs, state } = snapshot
  const bytes = usage.find((each) => each.id === id)?.uniqueBytes
  const facts = [
    live === null ? 'disk' : 'disk and memory',
    createdAt.slice(0, 16).replace('T', ' '),
    ...(bytes === undefined ? [] : [`${formatBytes(bytes)} of its own`]),
    ...(pauseMs > 0 ? [`paused ${formatDuration(pauseMs)}`] : []),
    ...(state === 'ready' ? [] : [state]),
  ]
  return `${id}  ${sandboxName}@${name}  ${facts.join(', ')}`
}
