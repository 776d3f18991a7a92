import type { TreeLayout } from './tree-layout.ts'

/** Where a key leads from a node; the same key where it leads nowhere, null where it is not ours. */
export function nextNode(layout: TreeLayout, from: string, pressed: string): string | null {
  const { placed, byKey, childrenOf } = layout
  const here = byKey.get(from)
  if (!here) return placed[0]?.node.key ?? null
  switch (pressed) {
    case 'ArrowUp':
      return here.node.parentKey ?? from
    case 'ArrowDown':
      return childrenOf.get(from)?.[0] ?? from
    case 'ArrowLeft':
    case 'ArrowRight':
      return beside(layout, from, pressed === 'ArrowRight' ? 1 : -1)
    case 'Home':
      return placed[0]?.node.key ?? from
    case 'End':
      return placed.at(-1)?.node.key ?? from
    default:
      return null
  }
}

/** The nearest branch to that side, in it the node whose row is nearest. */
function beside({ placed, byKey }: TreeLayout, from: string, side: 1 | -1): string {
  const here = byKey.get(from)
  if (!here) return from
  const ahead = placed.filter(({ column }) => Math.sign(column - here.column) === side)
  const cost = ({ row, column }: (typeof placed)[number]): number =>
    Math.abs(row - here.row) * 3 + Math.abs(column - here.column)
  return ahead.toSorted((a, b) => cost(a) - cost(b))[0]?.node.key ?? from
}
