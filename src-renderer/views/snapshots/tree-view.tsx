import { type ReactNode, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Sandbox } from '#contract/sandbox'
import type { MenuItem } from '../../components/menu.tsx'
import type { SnapshotUsages } from '../../store/snapshot-stores.ts'
import { useViewport } from '../isolation/graph/use-viewport.ts'
import { reveal } from '../isolation/graph/viewport.ts'
import type { TreeNode } from './family.ts'
import { startAtNow } from './start-at-now.ts'
import { TreeDrawing } from './tree-drawing.tsx'
import { card, layoutTree } from './tree-layout.ts'
import { NodeMenu, TreeTools } from './tree-menu.tsx'
import { focusNode, keyOf, useTreeKeys } from './use-tree-keys.ts'
import './tree.css'

interface Props {
  readonly nodes: readonly TreeNode[]
  readonly sandbox: Sandbox
  readonly usages: SnapshotUsages | null
  readonly selected: string | null
  readonly onSelect: (key: string | null) => void
  readonly onRemove: (node: TreeNode) => void
  readonly actionsOf: (node: TreeNode) => readonly (readonly MenuItem[])[]
  /** Escape where nothing is selected. */
  readonly onEscape: () => void
}

/** The picture of a family. One tab stop; keys go along the tree. */
export function TreeView(props: Props): ReactNode {
  const { nodes, sandbox, usages, selected, onSelect, actionsOf } = props
  const { t } = useTranslation()
  const svg = useRef<SVGSVGElement>(null)
  const layout = useMemo(() => layoutTree(nodes), [nodes])
  const view = useViewport(svg, layout, startAtNow)
  const [focused, setFocused] = useState<string | null>(null)
  const [menu, setMenu] = useState<string | null>(null)
  const tabStop = [focused, selected, `sandbox:${sandbox.id}`].find((key) => key !== null && layout.byKey.has(key))
  const onKeyDown = useTreeKeys({ ...props, svg, layout, view, onMenu: setMenu })
  const onFocus = (target: EventTarget): void => {
    const item = layout.byKey.get(keyOf(target) ?? '')
    if (!item) return
    setFocused(item.node.key)
    view.setViewport((viewport) => reveal(viewport, view.window, { ...item, width: card.width, height: card.height }))
  }
  const openAt = (target: EventTarget): boolean => {
    const key = keyOf(target)
    if (key === null) return false
    onSelect(key)
    setMenu(key)
    return true
  }
  const { x, y, scale } = view.viewport
  return (
    <div className="tree">
      <svg
        ref={svg}
        className="tree-picture"
        role="tree"
        aria-label={t('snapshots.tree.label', { name: sandbox.name })}
        tabIndex={-1}
        onKeyDown={onKeyDown}
        onFocus={(event) => onFocus(event.target)}
        onClick={(event) => {
          const key = keyOf(event.target)
          if (key !== null) onSelect(key)
        }}
        onDoubleClick={(event) => openAt(event.target)}
        onContextMenu={(event) => openAt(event.target) && event.preventDefault()}
        {...view.drag}
      >
        <g role="none" transform={`translate(${x} ${y}) scale(${scale})`}>
          <TreeDrawing layout={layout} {...{ usages, selected, tabStop }} ownId={sandbox.id} />
        </g>
      </svg>
      <NodeMenu
        item={menu === null ? undefined : layout.byKey.get(menu)}
        viewport={view.viewport}
        actionsOf={actionsOf}
        onClose={() => setMenu(null)}
        onFocusBack={() => focusNode(svg, menu ?? tabStop ?? '')}
      />
      <TreeTools onZoom={view.zoom} onFit={view.fit} />
    </div>
  )
}
