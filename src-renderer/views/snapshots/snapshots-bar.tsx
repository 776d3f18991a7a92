import { CalendarClock, Camera, GitFork, Scissors, ShieldCheck, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '#contract/byte-size'
import type { Sandbox } from '#contract/sandbox'
import { verify } from '../../actions/snapshot-actions.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { formatClock } from '../../model/locale.ts'
import { useIsLive } from '../../store/agent-store.ts'
import { scheduleStore } from '../../store/snapshot-stores.ts'
import type { TreeNode } from './family.ts'
import type { TreeDialog } from './node-actions.tsx'

/** Says that the next node that is chosen is compared with one. */
export function PickBar({ node, onCancel }: { readonly node: TreeNode; readonly onCancel: () => void }): ReactNode {
  const { t } = useTranslation()
  const name = node.kind === 'snapshot' ? node.snapshot.name : node.kind === 'head' ? node.sandbox.name : node.image
  return (
    <div className="pick-bar" role="status">
      <span>{t('snapshots.pick.text', { name })}</span>
      <IconButton size="small" label={t('snapshots.pick.cancel')} onClick={onCancel}>
        <X />
      </IconButton>
    </div>
  )
}

interface Props {
  readonly sandbox: Sandbox
  readonly nodes: readonly TreeNode[]
  readonly onDialog: (dialog: TreeDialog) => void
}

/** What can be done with all of it, and what it comes to. */
export function SnapshotsBar({ sandbox, nodes, onDialog }: Props): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const schedule = scheduleStore.useAnswer()
  const nextAt = schedule.kind === 'ready' ? schedule.value.nextAt : null
  const own = nodes.flatMap((node) => (node.kind === 'snapshot' ? [node.snapshot] : []))
  const bytes = own.reduce((sum, { layerBytes, live: memory }) => sum + layerBytes + (memory?.bytes ?? 0), 0)
  return (
    <div className="snapshots-bar" role="toolbar" aria-label={t('snapshots.bar.label', { name: sandbox.name })}>
      <Button kind="primary" disabled={!live} onClick={() => onDialog({ kind: 'take' })}>
        <Camera aria-hidden="true" />
        {t('snapshots.bar.take')}
      </Button>
      <Button disabled={!live} onClick={() => onDialog({ kind: 'fork', source: { kind: 'sandbox', sandbox } })}>
        <GitFork aria-hidden="true" />
        {t('snapshots.bar.fork')}
      </Button>
      <Button disabled={!live} onClick={() => onDialog({ kind: 'schedule' })}>
        <CalendarClock aria-hidden="true" />
        {nextAt
          ? t('snapshots.bar.scheduleOn', {
              when: formatClock(nextAt),
            })
          : t('snapshots.bar.schedule')}
      </Button>
      <Button kind="quiet" disabled={!live} onClick={() => onDialog({ kind: 'prune' })}>
        <Scissors aria-hidden="true" />
        {t('snapshots.bar.prune')}
      </Button>
      <Button kind="quiet" disabled={!live} onClick={() => void verify(null)}>
        <ShieldCheck aria-hidden="true" />
        {t('snapshots.bar.verifyAll')}
      </Button>
      <span className="snapshots-count">
        {t('snapshots.bar.count', { count: own.length })}
        {' · '}
        {t('snapshots.bar.total', { size: formatBytes(bytes) })}
      </span>
    </div>
  )
}
