import { Maximize, Minus, Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../../components/button.tsx'
import { Menu, type MenuItem } from '../../components/menu.tsx'
import type { Viewport } from '../isolation/graph/viewport.ts'
import type { TreeNode } from './family.ts'
import { card, type Placed } from './tree-layout.ts'

interface MenuProps {
  readonly item: Placed | undefined
  readonly viewport: Viewport
  readonly actionsOf: (node: TreeNode) => readonly (readonly MenuItem[])[]
  readonly onClose: () => void
  readonly onFocusBack: () => void
}

/** The menu of a node, at the place of the node. */
export function NodeMenu({ item, viewport, actionsOf, onClose, onFocusBack }: MenuProps): ReactNode {
  const { t } = useTranslation()
  if (!item) return null
  const { x, y, scale } = viewport
  const place = { left: x + item.x * scale, top: y + item.y * scale + card.height * scale }
  return (
    <Menu
      open
      align="start"
      onOpenChange={(open) => !open && onClose()}
      onCloseAutoFocus={(event) => {
        event.preventDefault()
        onFocusBack()
      }}
      trigger={
        <button
          type="button"
          className="tree-anchor"
          tabIndex={-1}
          aria-label={t('snapshots.menu.label', { name: nameOf(item.node) })}
          style={place}
        />
      }
      groups={actionsOf(item.node)}
    />
  )
}

function nameOf(node: TreeNode): string {
  if (node.kind === 'image') return node.image
  return node.kind === 'head' ? node.sandbox.name : node.snapshot.name
}

export function TreeTools({
  onZoom,
  onFit,
}: {
  readonly onZoom: (factor: number) => void
  readonly onFit: () => void
}) {
  const { t } = useTranslation()
  return (
    <div className="tree-tools" role="toolbar" aria-label={t('snapshots.tree.tools')}>
      <IconButton size="small" kind="plain" label={t('snapshots.tree.zoomOut')} onClick={() => onZoom(0.8)}>
        <Minus />
      </IconButton>
      <IconButton size="small" kind="plain" label={t('snapshots.tree.zoomIn')} onClick={() => onZoom(1.25)}>
        <Plus />
      </IconButton>
      <IconButton size="small" kind="plain" label={t('snapshots.tree.fit')} onClick={onFit}>
        <Maximize />
      </IconButton>
    </div>
  )
}
