import { ArrowRight, CircleX, TriangleAlert } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import { assertNever } from '#contract/assert-never'
import { formatBytes } from '#contract/byte-size'
import type { Sandbox } from '#contract/sandbox'
import { type RestorePlan, restoreSnapshot, type Snapshot } from '#contract/snapshot'
import { applyRemedy } from '../../actions/remedies.ts'
import { call } from '../../call.ts'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { Checkbox, Switch } from '../../components/toggles.tsx'
import { wordedTexts } from '../../copy/i18n.ts'
import { useIsLive } from '../../store/agent-store.ts'
import { restorePlanStore } from '../../store/snapshot-stores.ts'
import { useWork } from './use-work.ts'
import { WorkFoot } from './work-foot.tsx'
import '../change-class/change-class.css'

interface Props {
  readonly snapshot: Snapshot
  /** What goes back: not always the one that it was taken of. */
  readonly sandbox: Sandbox
  readonly onClose: () => void
}

/** What going back would lose, and the way back from it. */
export function RestoreDialog({ snapshot, sandbox, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('snapshots.restore.title', { sandbox: sandbox.name, name: snapshot.name })}
      description={t('snapshots.restore.description')}
    >
      <RestoreBody snapshot={snapshot} sandbox={sandbox} onClose={onClose} />
    </Dialog>
  )
}

function RestoreBody({ snapshot, sandbox, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  const online = useIsLive()
  const { id, name } = sandbox
  const canLive = snapshot.live !== null && snapshot.live.unusable === null
  const [live, setLive] = useState(canLive)
  const [keep, setKeep] = useState(true)
  const work = useWork(t('snapshots.restore.failed', { name }))
  const plan = restorePlanStore.useAnswer()
  const load = (): void => void restorePlanStore.load({ ref: snapshot.id, sandbox: id, live })
  useEffect(() => {
    void restorePlanStore.load({ ref: snapshot.id, sandbox: id, live })
    return restorePlanStore.forget
  }, [snapshot.id, id, live])
  const allowed = plan.kind === 'ready' && plan.value.problems.length === 0 && online
  const restore = async (): Promise<void> => {
    const done = await work.run(async (task) => {
      const result = await call(restoreSnapshot, { ref: snapshot.id, sandbox: id, live, keep, task })
      const messages = wordedTexts(result.messages, result.messagesWordings)
      const lines = result.kept && messages.length === 0 ? [t('snapshots.restore.kept')] : messages
      const title = t('snapshots.restore.done', { name, snapshot: snapshot.name })
      toast.success(title, { ...(lines.length > 0 ? { description: lines.join(' ') } : {}), duration: 8000 })
    })
    if (done) onClose()
  }
  return (
    <>
      <div className="dialog-body snapshot-form">
        <PlanBody plan={plan} onRetry={load} />
        {canLive && <Switch label={t('snapshots.restore.live')} checked={live} onChange={setLive} />}
        {snapshot.live?.unusable && (
          <p className="choice-text">{t('snapshots.panel.unusable', { reason: snapshot.live.unusable })}</p>
        )}
        <div className="choice-block">
          <Checkbox label={t('snapshots.restore.keep')} checked={keep} onChange={setKeep} showLabel />
          <p className="choice-text" data-tone={keep ? undefined : 'bad'}>
            {keep ? t('snapshots.restore.keepText') : t('snapshots.restore.keepNot', { name })}
          </p>
        </div>
      </div>
      <WorkFoot
        work={work}
        words={{
          ...{ running: t('snapshots.restore.running'), button: t('snapshots.restore.button') },
          failed: t('snapshots.restore.failed', { name }),
        }}
        disabled={!allowed}
        danger={!keep}
        onClose={onClose}
        onRun={() => void restore()}
      />
    </>
  )
}

interface PlanProps {
  readonly plan: ReturnType<typeof restorePlanStore.useAnswer>
  readonly onRetry: () => void
}

function PlanBody({ plan, onRetry }: PlanProps): ReactNode {
  const { t } = useTranslation()
  switch (plan.kind) {
    case 'loading':
      return <Skeleton label={t('snapshots.restore.loading')} rows={4} rowHeight={24} />
    case 'error':
      return (
        <ErrorNotice
          title={t('snapshots.restore.failedPlan')}
          error={plan.error}
          onRemedy={(remedy) => applyRemedy(remedy, onRetry)}
        />
      )
    case 'ready':
      return <Plan plan={plan.value} />
    default:
      return assertNever(plan, 'restore plan')
  }
}

function Plan({ plan }: { readonly plan: RestorePlan }): ReactNode {
  const { t } = useTranslation()
  const { neededBytes, freeBytes } = plan
  const space = { needed: formatBytes(neededBytes), free: formatBytes(freeBytes) }
  return (
    <div className="plan">
      <Lines
        title={t('snapshots.restore.problems')}
        lines={wordedTexts(plan.problems, plan.problemsWordings)}
        tone="bad"
        icon={<CircleX aria-hidden="true" />}
      />
      <Lines
        title={t('snapshots.restore.lost')}
        lines={wordedTexts(plan.lost, plan.lostWordings)}
        nothing={t('snapshots.restore.lostNothing')}
        tone="warn"
        icon={<TriangleAlert aria-hidden="true" />}
      />
      <Lines
        title={t('snapshots.restore.changes')}
        lines={wordedTexts(plan.changes, plan.changesWordings)}
        tone="plain"
        icon={<ArrowRight aria-hidden="true" />}
      />
      <p className="plan-note">{t('snapshots.restore.space', space)}</p>
    </div>
  )
}

interface LinesProps {
  readonly title: string
  readonly lines: readonly string[]
  readonly nothing?: string
  readonly tone: 'bad' | 'warn' | 'plain'
  readonly icon: ReactNode
}

function Lines({ title, lines, nothing, tone, icon }: LinesProps): ReactNode {
  if (lines.length === 0 && nothing === undefined) return null
  return (
    <section>
      <h3>{title}</h3>
      {lines.length === 0 && <p className="plan-note">{nothing}</p>}
      <ul className="plan-list" data-tone={tone}>
        {lines.map((line) => (
          <li key={line}>
            {icon}
            <span>{line}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
