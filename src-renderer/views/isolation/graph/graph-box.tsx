import type { TFunction } from 'i18next'
import { memo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { IsolationClass } from '#contract/sandbox'
import { type Box, box } from './graph-scene.ts'
import { KindIcon } from './kind-icon.tsx'
import { outline } from './node-shape.ts'

interface Props {
  readonly item: Box
  readonly tabbable: boolean
  readonly selected: boolean
  /** Reached by what was chosen, or not: then it steps back. */
  readonly mark: 'none' | 'reached' | 'aside'
}

/** A node or group. Events are taken by the whole picture, see `graph.tsx`. */
export const GraphBox = memo(function GraphBox({ item, tabbable, selected, mark }: Props): ReactNode {
  const { t } = useTranslation()
  const { id, label, shape, node, group, x, y } = item
  const kind = node ? t(`isolation.kind.${node.kind}`) : groupOf(id, t)
  const title = group ? t('isolation.graph.groupCount', { count: group.sandboxes }) : label
  return (
    <g
      role="button"
      tabIndex={tabbable ? 0 : -1}
      aria-pressed={selected}
      className="node"
      data-node={id}
      data-kind={node?.kind ?? 'group'}
      data-class={item.class ?? undefined}
      data-selected={selected}
      data-mark={mark}
      transform={`translate(${x} ${y})`}
    >
      {/* Its accessible name too: what is drawn below may be shortened. */}
      <title>
        {node ? t('isolation.graph.nodeLabel', { kind, label }) : t('isolation.graph.groupLabel', { label })}
      </title>
      {group && <path className="node-under" d={outline(shape, box.width, box.height)} transform="translate(5 5)" />}
      <path className="node-outline" d={outline(shape, box.width, box.height)} />
      <g className="node-icon" transform="translate(11 14)">
        <KindIcon kind={node?.kind ?? 'group'} of={item.class} />
      </g>
      <text className="node-label" x={36} y={20}>
        {shorten(title, 15)}
      </text>
      <text className="node-kind" x={36} y={35}>
        {shorten(kind, 18)}
      </text>
    </g>
  )
})

/** What the members have in common: their class, or the network they are on. */
function groupOf(id: string, t: TFunction): string {
  const [, kind = '', name = ''] = /^group:([a-z]+):(.*)$/.exec(id) ?? []
  const known = IsolationClass.safeParse(name)
  if (kind === 'class' && known.success) return t(`sandboxes.class.${known.data}.name`)
  return t('isolation.graph.groupOn', { name })
}

/** The start and the end: paths and ids differ at either. */
function shorten(text: string, most: number): string {
  if (text.length <= most) return text
  const tail = Math.floor(most / 3)
  return `${text.slice(0, most - tail - 1)}…${text.slice(-tail)}`
}
