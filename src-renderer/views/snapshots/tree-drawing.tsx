import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useNow } from '../../components/use-now.ts'
import type { SnapshotUsages } from '../../store/snapshot-stores.ts'
import { dayText, nodeLabel, uniqueBytes } from './node-words.ts'
import { TreeCard } from './tree-card.tsx'
import { card, type Placed, type TreeLayout } from './tree-layout.ts'

interface DrawingProps {
  readonly layout: TreeLayout
  readonly usages: SnapshotUsages | null
  readonly selected: string | null
  readonly tabStop: string | null | undefined
  readonly ownId: string
}

/** Days, links and cards. */
export function TreeDrawing({ layout, usages, selected, tabStop, ownId }: DrawingProps): ReactNode {
  const { t } = useTranslation()
  const { placed, links, childrenOf } = layout
  const bytesOf = ({ node }: Placed): number | null =>
    node.kind === 'snapshot' ? uniqueBytes(usages, node.snapshot.id) : null
  const mostBytes = Math.max(0, ...placed.map((item) => bytesOf(item) ?? 0))
  const siblingsOf = ({ node }: Placed): { position: number; count: number } => {
    const all = childrenOf.get(node.parentKey ?? '') ?? [node.key]
    return { position: all.indexOf(node.key) + 1, count: all.length }
  }
  return (
    <>
      <Days layout={layout} />
      <g role="none">
        {links.map(({ to, path }) => (
          <path key={to.node.key} className="tree-link" data-now={to.node.kind === 'head'} d={path} />
        ))}
      </g>
      {placed.map((item) => (
        <TreeCard
          key={item.node.key}
          item={item}
          label={nodeLabel(item.node, { usages, ownId, t })}
          ownId={ownId}
          bytes={bytesOf(item)}
          mostBytes={mostBytes}
          tabbable={item.node.key === tabStop}
          selected={item.node.key === selected}
          siblings={siblingsOf(item)}
          hasChildren={(childrenOf.get(item.node.key) ?? []).length > 0}
        />
      ))}
    </>
  )
}

/** At the edge, where a day begins. */
function Days({ layout }: { readonly layout: TreeLayout }): ReactNode {
  const { t } = useTranslation()
  const today = Math.floor(useNow() / 60_000) * 60_000
  const marks: { row: number; y: number; text: string }[] = []
  for (const { node, row, y } of layout.placed) {
    const text =
      node.kind === 'head'
        ? t('snapshots.tree.now')
        : node.kind === 'snapshot'
          ? dayText(node.snapshot.createdAt, today, t)
          : null
    if (text !== null && marks.at(-1)?.text !== text && marks.at(-1)?.row !== row) marks.push({ row, y, text })
  }
  return (
    <g aria-hidden="true">
      {marks.map(({ row, y, text }) => (
        <g key={row} transform={`translate(${card.margin - 4} ${y})`}>
          <path className="tree-day-line" d={`M0 ${-card.gapY / 2}H${card.gutter - 18}`} />
          <text className="tree-day" y={-card.gapY / 2 + 16}>
            {text}
          </text>
        </g>
      ))}
    </g>
  )
}
