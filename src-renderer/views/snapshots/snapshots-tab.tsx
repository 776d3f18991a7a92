import { CalendarClock, Camera } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import type { Sandbox } from '#contract/sandbox'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { followUsage, type SnapshotUsages, scheduleStore, usageStore } from '../../store/snapshot-stores.ts'
import { isTaskOver } from '../../store/task-slice.ts'
import { TaskLine } from '../images/task-line.tsx'
import { familyOf, type TreeNode } from './family.ts'
import { ForkDialog } from './fork-dialog.tsx'
import { askToRemove, type TreeDialog, useNodeActions } from './node-actions.tsx'
import { NodePanel } from './node-panel.tsx'
import { PruneDialog } from './prune-dialog.tsx'
import { RestoreDialog } from './restore-dialog.tsx'
import { ScheduleDialog } from './schedule-dialog.tsx'
import { PickBar, SnapshotsBar } from './snapshots-bar.tsx'
import { TakeDialog } from './take-dialog.tsx'
import { TreeLegend } from './tree-legend.tsx'
import { TreeView } from './tree-view.tsx'
import './snapshots.css'

interface Props {
  readonly sandbox: Sandbox
}

/** The snapshots of a sandbox with all that hangs together with them. */
export function SnapshotsTab({ sandbox }: Props): ReactNode {
  const [dialog, setDialog] = useState<TreeDialog | null>(null)
  const snapshots = useAgent((state) => state.snapshots)
  const sandboxes = useAgent((state) => state.sandboxes)
  const nodes = useMemo(() => familyOf(sandbox, { snapshots, sandboxes }), [sandbox, snapshots, sandboxes])
  const answer = usageStore.useAnswer()
  const usages = answer.kind === 'ready' ? answer.value : null
  useEffect(followUsage, [])
  useEffect(() => void scheduleStore.load(sandbox.id), [sandbox.id])
  const empty = nodes.every(({ kind }) => kind !== 'snapshot')
  return (
    <div className="snapshots">
      <Tasks />
      {empty ? (
        <Empty sandbox={sandbox} onDialog={setDialog} />
      ) : (
        <Tree sandbox={sandbox} nodes={nodes} usages={usages} onDialog={setDialog} />
      )}
      <Dialogs sandbox={sandbox} dialog={dialog} onClose={() => setDialog(null)} />
    </div>
  )
}

interface DialogsProps extends Props {
  readonly dialog: TreeDialog | null
  readonly onClose: () => void
}

function Dialogs({ sandbox, dialog, onClose }: DialogsProps): ReactNode {
  switch (dialog?.kind) {
    case 'take':
      return <TakeDialog sandbox={sandbox} onClose={onClose} />
    case 'prune':
      return <PruneDialog sandbox={sandbox} onClose={onClose} />
    case 'schedule':
      return <ScheduleDialog sandbox={sandbox} onClose={onClose} />
    case 'restore':
      return <RestoreDialog snapshot={dialog.snapshot} sandbox={sandbox} onClose={onClose} />
    case 'fork':
      return <ForkDialog source={dialog.source} onClose={onClose} />
    default:
      return null
  }
}

function Tasks(): ReactNode {
  const { t } = useTranslation()
  const tasks = useAgent((state) => state.tasks)
  const shown = [...tasks.values()].filter((task) => task.kind.startsWith('snapshot.') && !isTaskOver(task))
  if (shown.length === 0) return null
  return (
    <section className="snapshot-tasks" aria-label={t('snapshots.tasks')}>
      {shown.map((task) => (
        <TaskLine key={task.id} task={task} />
      ))}
    </section>
  )
}

interface OpenProps extends Props {
  readonly onDialog: (dialog: TreeDialog) => void
}

function Empty({ onDialog }: OpenProps): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  return (
    <EmptyState
      title={t('snapshots.empty.title')}
      text={t('snapshots.empty.text')}
      picture={<Camera size={52} strokeWidth={1.25} />}
    >
      <div className="snapshot-empty-buttons">
        <Button kind="primary" disabled={!live} onClick={() => onDialog({ kind: 'take' })}>
          {t('snapshots.empty.button')}
        </Button>
        <Button disabled={!live} onClick={() => onDialog({ kind: 'schedule' })}>
          <CalendarClock aria-hidden="true" />
          {t('snapshots.bar.schedule')}
        </Button>
      </div>
    </EmptyState>
  )
}

interface TreeProps extends OpenProps {
  readonly nodes: readonly TreeNode[]
  readonly usages: SnapshotUsages | null
}

function Tree({ sandbox, nodes, usages, onDialog }: TreeProps): ReactNode {
  const [, navigate] = useLocation()
  const online = useIsLive()
  const [selected, setSelected] = useState<string | null>(null)
  const [picking, setPicking] = useState<string | null>(null)
  const node = nodes.find(({ key }) => key === selected)
  const pickFrom = nodes.find(({ key }) => key === picking)
  const onRemove = (of: TreeNode): void => {
    if (of.kind === 'snapshot' && online) void askToRemove(of.snapshot)
  }
  const actionsOf = useNodeActions({ sandbox, onDialog, onPick: setPicking, onRemove })
  const select = (key: string | null): void => {
    const other = nodes.find((each) => each.key === key)
    if (!pickFrom || !other || other === pickFrom) return setSelected(key)
    navigate(comparePath(nodes, pickFrom, other))
  }
  return (
    <>
      <SnapshotsBar sandbox={sandbox} nodes={nodes} onDialog={onDialog} />
      {pickFrom && <PickBar node={pickFrom} onCancel={() => setPicking(null)} />}
      <div className="snapshots-body" data-picking={pickFrom !== undefined}>
        <div className="snapshots-picture">
          <TreeView
            {...{ nodes, sandbox, usages, onRemove, actionsOf }}
            selected={node?.key ?? null}
            onSelect={select}
            onEscape={() => setPicking(null)}
          />
          <TreeLegend />
        </div>
        {node && <NodePanel node={node} usages={usages} actions={actionsOf(node)} onClose={() => setSelected(null)} />}
      </div>
    </>
  )
}

/** The older of the two is what it was before. */
function comparePath(nodes: readonly TreeNode[], one: TreeNode, other: TreeNode): string {
  const [before, after] = [one, other].sort((a, b) => nodes.indexOf(a) - nodes.indexOf(b))
  return `/compare/${treeOf(before ?? one, nodes)}/${treeOf(after ?? other, nodes)}`
}

/** Keys of snapshots and heads are names of trees already; the image is named by its digest. */
function treeOf(node: TreeNode, nodes: readonly TreeNode[]): string {
  if (node.kind !== 'image') return node.key
  const head = nodes.find((each) => each.kind === 'head')
  return `image:${head?.kind === 'head' ? head.sandbox.imageDigest : node.image}`
}
