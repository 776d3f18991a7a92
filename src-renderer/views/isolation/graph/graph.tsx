import { type KeyboardEvent, type ReactNode, type RefObject, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Layout } from '#contract/graph/layout'
import type { IsolationView } from '#contract/isolation'
import { GraphBox } from './graph-box.tsx'
import { isDirection, nextBox } from './graph-keys.ts'
import { type Box, box, makeScene, type Scene, type Wire } from './graph-scene.ts'
import { GraphTools } from './graph-tools.tsx'
import { GraphWire, WireLabel } from './graph-wire.tsx'
import { useCalmLayout } from './use-calm-layout.ts'
import { useViewport } from './use-viewport.ts'
import { reveal } from './viewport.ts'
import './graph.css'

/** What steps forward in a picture: ids of nodes and of the view's edges. */
export interface Marked {
  readonly nodes: ReadonlySet<string>
  readonly edges: ReadonlySet<string>
}

interface Props {
  readonly view: IsolationView
  readonly selected: string | null
  readonly onSelect: (id: string | null) => void
  readonly marked: Marked | null
  readonly svg: RefObject<SVGSVGElement | null>
}

/** More labels than this would hide the picture that they explain. */
const mostLabels = 6
/** Of one path, that is; the panel shows all of them. */
const mostPathLabels = 3

/** The picture of what is shared. One tab stop; arrow keys go from node to node by where they are. */
export function Graph({ view, selected, onSelect, marked, svg }: Props): ReactNode {
  const { t } = useTranslation()
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const layout = useCalmLayout(view, open)
  const scene = useMemo(() => makeScene(layout), [layout])
  const view2d = useViewport(svg, scene)
  const [pointed, setPointed] = useState<string | null>(null)
  const [focused, setFocused] = useState<string | null>(null)
  const tabStop = scene.boxes.find(({ id }) => id === (focused ?? selected))?.id ?? scene.boxes[0]?.id
  const choose = (id: string): void => {
    if (layout.groups.some((group) => group.id === id)) setOpen(new Set([...open, id]))
    else onSelect(id === selected ? null : id)
  }
  const onKeyDown = (event: KeyboardEvent<SVGSVGElement>): void => {
    const { key } = event
    const here = nodeOf(event.target)
    if (isDirection(key)) focusBox(svg.current, nextBox(scene.boxes, here ?? '', key))
    else if ((key === 'Enter' || key === ' ') && here) choose(here)
    else if (key === 'Escape' && selected) onSelect(null)
    else if (!zoomByKey(key, view2d)) return
    event.preventDefault()
  }
  const onFocus = (target: EventTarget): void => {
    const item = scene.boxes.find(({ id }) => id === nodeOf(target))
    if (!item) return
    setFocused(item.id)
    const area = toWindow(item)
    view2d.setViewport((viewport) => reveal(viewport, view2d.window, area))
  }
  const { x, y, scale } = view2d.viewport
  return (
    <div className="graph">
      {/* The picture moves below the pointer; everything in it is reached by keyboard as well. */}
      <svg
        ref={svg}
        className="graph-picture"
        role="group"
        aria-label={t('isolation.graph.label')}
        data-width={scene.width}
        data-height={scene.height}
        onKeyDown={onKeyDown}
        onFocus={(event) => onFocus(event.target)}
        onBlur={() => setFocused(null)}
        onClick={(event) => {
          const id = nodeOf(event.target)
          if (id) choose(id)
        }}
        onPointerOver={(event) => setPointed(pointOf(event.target))}
        onPointerLeave={() => setPointed(null)}
        {...view2d.drag}
      >
        <g transform={`translate(${x} ${y}) scale(${scale})`}>
          <Drawing {...{ scene, layout, selected, marked, tabStop }} active={pointed ?? focused ?? selected} />
        </g>
      </svg>
      <GraphTools onZoom={view2d.zoom} onFit={view2d.fit} onFold={open.size > 0 ? () => setOpen(new Set()) : null} />
    </div>
  )
}

/** Whether the key was one of those that zoom. */
function zoomByKey(key: string, { zoom, fit }: Pick<ReturnType<typeof useViewport>, 'zoom' | 'fit'>): boolean {
  if (key === '+' || key === '=') zoom(1.25)
  else if (key === '-') zoom(0.8)
  else if (key === '0') fit()
  else return false
  return true
}

interface DrawingProps {
  readonly scene: Scene
  readonly layout: Layout
  readonly selected: string | null
  readonly marked: Marked | null
  readonly tabStop: string | undefined
  /** A node, or an edge with the word before its id. */
  readonly active: string | null
}

function Drawing({ scene, layout, selected, marked, tabStop, active }: DrawingProps): ReactNode {
  const members = useMemo(() => new Map(layout.groups.map((group) => [group.id, group.members])), [layout])
  const touches = ({ edge }: Wire): boolean =>
    edge.from === active || edge.to === active || active === `edge ${edge.id}`
  const onPath = ({ edge }: Wire): boolean => marked !== null && edge.edges.some((id) => marked.edges.has(id))
  const wireMark = (wire: Wire) => (onPath(wire) ? 'path' : marked ? 'aside' : touches(wire) ? 'active' : 'none')
  const boxMark = ({ id }: Box) => {
    if (!marked || id === selected) return 'none'
    return [id, ...(members.get(id) ?? [])].some((each) => marked.nodes.has(each)) ? 'reached' : 'aside'
  }
  const isPointed = ({ edge }: Wire): boolean => active === `edge ${edge.id}`
  const labelled = scene.wires.filter((wire) => isPointed(wire) || (marked ? onPath(wire) : touches(wire)))
  const labels = labelled.length <= (marked ? mostPathLabels : mostLabels) ? labelled : labelled.filter(isPointed)
  return (
    <>
      {scene.wires.map((wire) => (
        <GraphWire key={wire.edge.id} wire={wire} mark={wireMark(wire)} />
      ))}
      {scene.boxes.map((item) => (
        <GraphBox
          key={item.id}
          item={item}
          tabbable={item.id === tabStop}
          selected={item.id === selected}
          mark={boxMark(item)}
        />
      ))}
      {labels.map((wire) => (
        <WireLabel key={wire.edge.id} wire={wire} />
      ))}
    </>
  )
}

function nodeOf(target: EventTarget): string | null {
  return target instanceof Element ? (target.closest('[data-node]')?.getAttribute('data-node') ?? null) : null
}

function pointOf(target: EventTarget): string | null {
  const edge = target instanceof Element ? target.closest('[data-edge]')?.getAttribute('data-edge') : null
  return edge ? `edge ${edge}` : nodeOf(target)
}

function focusBox(svg: SVGSVGElement | null, id: string): void {
  const found = [...(svg?.querySelectorAll<SVGGElement>('[data-node]') ?? [])].find(
    (each) => each.getAttribute('data-node') === id,
  )
  found?.focus()
}

function toWindow({ x, y }: Box): { x: number; y: number; width: number; height: number } {
  return { x, y, width: box.width, height: box.height }
}
