import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../../components/button.tsx'
import { ClassBadge } from '../../components/class-badge.tsx'
import type { MenuItem } from '../../components/menu.tsx'
import { StateLabel } from '../../components/state-label.tsx'
import type { SnapshotUsages } from '../../store/snapshot-stores.ts'
import type { TreeNode } from './family.ts'
import { PanelActions, SnapshotPanel } from './snapshot-panel.tsx'

interface Props {
  readonly node: TreeNode
  readonly usages: SnapshotUsages | null
  readonly actions: readonly (readonly MenuItem[])[]
  readonly onClose: () => void
}

/** What is selected in the tree, beside it. */
export function NodePanel({ node, usages, actions, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  if (node.kind === 'snapshot')
    return <SnapshotPanel snapshot={node.snapshot} usage={usages?.get(node.snapshot.id)} {...{ actions, onClose }} />
  const name = node.kind === 'head' ? node.sandbox.name : node.image
  return (
    <aside className="panel snapshot-panel" aria-label={t('snapshots.panel.label', { name })}>
      <header className="panel-head">
        <div>
          <h2 className="truncate" title={name}>
            {name}
          </h2>
          <span className="panel-note">{t(node.kind === 'head' ? 'snapshots.tree.now' : 'snapshots.tree.image')}</span>
        </div>
        <IconButton size="small" label={t('snapshots.panel.close')} onClick={onClose}>
          <X />
        </IconButton>
      </header>
      {node.kind === 'head' && (
        <div className="panel-line">
          <ClassBadge value={node.sandbox.class} />
          <StateLabel sandbox={node.sandbox} />
        </div>
      )}
      <PanelActions actions={actions} />
    </aside>
  )
}
