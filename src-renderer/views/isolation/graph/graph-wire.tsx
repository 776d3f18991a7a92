import { memo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Wire } from './graph-scene.ts'

interface Props {
  readonly wire: Wire
  readonly mark: 'none' | 'active' | 'path' | 'aside'
}

export const GraphWire = memo(function GraphWire({ wire, mark }: Props): ReactNode {
  const { edge, path, head, dash, width, strength } = wire
  return (
    <g className="wire" data-strength={strength} data-mark={mark} data-edge={edge.id}>
      <path className="wire-line" d={path} strokeDasharray={dash || undefined} strokeWidth={width} />
      <path className="wire-head" d={head} />
      {/* Wide and unseen, so that a thin line can be pointed at. */}
      <path className="wire-reach" d={path} />
    </g>
  )
})

/** What an edge is, in words, in its middle. */
export function WireLabel({ wire }: { readonly wire: Wire }): ReactNode {
  const { t } = useTranslation()
  const text = `${t(`isolation.what.${wire.edge.what}`)}, ${t(`isolation.strength.${wire.strength}`)}`
  const width = text.length * 6.1 + 14
  return (
    <g className="wire-label" data-strength={wire.strength} transform={`translate(${wire.middle.x} ${wire.middle.y})`}>
      <rect x={-width / 2} y={-10} width={width} height={20} rx={6} />
      <text textAnchor="middle" y={4}>
        {text}
      </text>
    </g>
  )
}
