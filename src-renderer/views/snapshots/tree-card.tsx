import { memo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '#contract/byte-size'
import { IsolationClass, type Sandbox } from '#contract/sandbox'
import type { Snapshot } from '#contract/snapshot'
import { ClassIcon } from '../../components/class-badge.tsx'
import { toneOf } from '../../model/sandbox-abilities.ts'
import { shorten, timeText } from './node-words.ts'
import { card, headEdges, imageEdges, type Placed } from './tree-layout.ts'

interface Props {
  readonly item: Placed
  readonly label: string
  readonly ownId: string
  /** Of its own, and of the largest in the picture, for the bar. */
  readonly bytes: number | null
  readonly mostBytes: number
  readonly tabbable: boolean
  readonly selected: boolean
  readonly siblings: { readonly position: number; readonly count: number }
  readonly hasChildren: boolean
}

/** A node. Events are taken by the whole picture, see `tree-view.tsx`. */
export const TreeCard = memo(function TreeCard(props: Props): ReactNode {
  const { item, label, tabbable, selected, siblings, hasChildren, ownId } = props
  const { node, x, y, level } = item
  return (
    <g
      role="treeitem"
      tabIndex={tabbable ? 0 : -1}
      aria-level={level}
      aria-posinset={siblings.position}
      aria-setsize={siblings.count}
      aria-selected={selected}
      {...(hasChildren ? { 'aria-expanded': true } : {})}
      className="tree-node"
      data-node={node.key}
      data-kind={node.kind}
      data-own={node.kind === 'head' && node.sandbox.id === ownId}
      data-live={node.kind === 'snapshot' && node.snapshot.live !== null}
      data-state={node.kind === 'snapshot' ? node.snapshot.state : undefined}
      data-class={node.kind === 'head' ? node.sandbox.class : undefined}
      data-selected={selected}
      transform={`translate(${x} ${y})`}
    >
      <title>{label}</title>
      {node.kind === 'image' && <ImageCard image={node.image} />}
      {node.kind === 'snapshot' && <SnapshotCard {...props} snapshot={node.snapshot} />}
      {node.kind === 'head' && <HeadCard sandbox={node.sandbox} own={node.sandbox.id === ownId} />}
    </g>
  )
})

const { width, height } = card

function ImageCard({ image }: { readonly image: string }): ReactNode {
  const { t } = useTranslation()
  const { top, bottom } = imageEdges
  const tall = bottom - top
  return (
    <>
      <rect className="tree-outline" x={0} y={top} width={width} height={tall} rx={tall / 2} />
      <path
        className="tree-icon"
        transform={`translate(16 ${top + 12})`}
        d="M8 0l8 4-8 4-8-4zM0 8l8 4 8-4M0 12l8 4 8-4"
      />
      <Name text={shorten(image, 21)} x={42} y={top + 18} />
      <text className="tree-note" x={42} y={top + 31}>
        {t('snapshots.tree.image')}
      </text>
    </>
  )
}

function HeadCard({ sandbox, own }: { readonly sandbox: Sandbox; readonly own: boolean }): ReactNode {
  const { t } = useTranslation()
  const { top, bottom } = headEdges
  const tall = bottom - top
  const state = t(`sandboxes.state.${sandbox.state}`)
  return (
    <>
      <rect className="tree-outline" x={0} y={top} width={width} height={tall} rx={tall / 2} />
      <g className="tree-class" transform={`translate(18 ${top + 15})`}>
        <g transform="scale(1.25)">
          <HeadIcon value={sandbox.class} />
        </g>
      </g>
      <Name text={shorten(sandbox.name, 20)} x={48} y={top + 22} />
      <g className="tree-tone" data-tone={toneOf(sandbox)}>
        <circle cx={52} cy={top + 34} r={3.4} />
      </g>
      <text className="tree-note" x={61} y={top + 38}>
        {own ? t('snapshots.tree.here', { state }) : state}
      </text>
    </>
  )
}

/** Cut off at the edge of the card, however wide its letters are. */
function Name({ text, x, y }: { readonly text: string; readonly x: number; readonly y: number }): ReactNode {
  return (
    <svg x={x} y={y - 15} width={width - x - 12} height={21}>
      <text className="tree-name" y={15}>
        {text}
      </text>
    </svg>
  )
}

/** An SVG in an SVG needs a size of its own. */
function HeadIcon({ value }: { readonly value: string }): ReactNode {
  const known = IsolationClass.safeParse(value)
  return (
    <svg width={16} height={16} overflow="visible" aria-hidden="true">
      {known.success && <ClassIcon value={known.data} />}
    </svg>
  )
}

/** Disk: a plain rectangle. Live: its corners are cut, and a second line runs around it. */
function outlineOf(live: boolean, inset: number): string {
  const [left, top, right, bottom] = [inset, inset, width - inset, height - inset]
  const corner = live ? 13 - inset * 0.6 : 9
  if (live)
    return `M${left + corner} ${top}H${right - corner}L${right} ${top + corner}V${bottom - corner}L${right - corner} ${bottom}H${left + corner}L${left} ${bottom - corner}V${top + corner}Z`
  const arc = `a${corner} ${corner} 0 0 1`
  return `M${left + corner} ${top}H${right - corner}${arc} ${corner} ${corner}V${bottom - corner}${arc} ${-corner} ${corner}H${left + corner}${arc} ${-corner} ${-corner}V${top + corner}${arc} ${corner} ${-corner}Z`
}

/** Beside it stands the size. */
const barWidth = width - 32 - 66

function SnapshotCard({ snapshot, bytes, mostBytes }: Props & { readonly snapshot: Snapshot }): ReactNode {
  const { t } = useTranslation()
  const { name, live, state, createdAt, reason } = snapshot
  const kind = t(live ? 'snapshots.tree.live' : 'snapshots.tree.disk')
  const words = [kind, ...(reason === 'manual' ? [] : [t('snapshots.tree.auto')]), timeText(createdAt)]
  const share = bytes === null || mostBytes === 0 ? 0 : bytes / mostBytes
  return (
    <>
      <path className="tree-outline" d={outlineOf(live !== null, 0)} />
      {live && <path className="tree-inner" d={outlineOf(true, 4)} />}
      <g className="tree-icon" transform="translate(16 13)">
        {live ? <LiveIcon /> : <DiskIcon />}
      </g>
      <Name text={shorten(name, 20)} x={40} y={23} />
      <text className="tree-note" x={40} y={39}>
        {state === 'ready' ? words.join(' · ') : t(`snapshots.tree.${state}`)}
      </text>
      {state === 'damaged' && <path className="tree-warning" d={`M${width - 24} 30l8 14h-16zm0 5v4m0 2v1`} />}
      {state === 'ready' && (
        <text className="tree-size" x={width - 16} y={57}>
          {bytes === null ? '' : formatBytes(bytes)}
        </text>
      )}
      <rect className="tree-bar-background" x={16} y={51} width={barWidth} height={5} rx={2.5} />
      {share > 0 && (
        <rect className="tree-bar" x={16} y={51} width={Math.max(3, barWidth * share)} height={5} rx={2.5} />
      )}
    </>
  )
}

/** A cylinder, as disks have been drawn since there are any. */
export function DiskIcon(): ReactNode {
  return <path d="M1 3.5c0-3.3 14-3.3 14 0v9c0 3.3-14 3.3-14 0zM1 3.5c0 3.3 14 3.3 14 0M1 8c0 3.3 14 3.3 14 0" />
}

/** A pulse. */
export function LiveIcon(): ReactNode {
  return <path d="M0 8.5h3.5L6 2l4 12 2.5-5.5H16" />
}
