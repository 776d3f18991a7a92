import { Lightbulb } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import { assertNever } from '#contract/assert-never'
import { formatBytes } from '#contract/byte-size'
import type { Sandbox } from '#contract/sandbox'
import { pruneSnapshots } from '#contract/snapshot'
import { applyRemedy } from '../../actions/remedies.ts'
import { call } from '../../call.ts'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { wordedText, wordedTexts } from '../../copy/i18n.ts'
import { useIsLive } from '../../store/agent-store.ts'
import { prunePlanStore } from '../../store/snapshot-stores.ts'
import { useWork } from './use-work.ts'
import { WorkFoot } from './work-foot.tsx'
import '../isolation/parts/tables.css'

interface Props {
  readonly sandbox: Sandbox
  readonly onClose: () => void
}

/** Shows what the rules would remove before anything is. */
export function PruneDialog({ sandbox, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('snapshots.prune.title', { name: sandbox.name })}
      description={t('snapshots.prune.description')}
    >
      <PruneBody sandbox={sandbox} onClose={onClose} />
    </Dialog>
  )
}

type PrunePlan = ReturnType<typeof prunePlanStore.useAnswer>

function PruneBody({ sandbox, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  const online = useIsLive()
  const plan = prunePlanStore.useAnswer()
  const work = useWork(t('snapshots.prune.failed'))
  useEffect(() => {
    void prunePlanStore.load(sandbox.id)
    return prunePlanStore.forget
  }, [sandbox.id])
  const count = plan.kind === 'ready' ? plan.value.removed.length : 0
  const prune = async (): Promise<void> => {
    const done = await work.run(async () => {
      const { removed, freedBytes } = await call(pruneSnapshots, { sandbox: sandbox.id })
      toast.success(t('snapshots.prune.done', { count: removed.length, size: formatBytes(freedBytes) }))
    })
    if (done) onClose()
  }
  return (
    <>
      <div className="dialog-body snapshot-form">
        <PlanBody plan={plan} onRetry={() => void prunePlanStore.load(sandbox.id)} />
      </div>
      <WorkFoot
        work={work}
        words={{
          ...{ running: t('common.loading'), failed: t('snapshots.prune.failed') },
          button: t('snapshots.prune.button', { count }),
        }}
        disabled={count === 0 || !online}
        danger
        onClose={onClose}
        onRun={plan.kind === 'ready' && count === 0 ? null : () => void prune()}
      />
    </>
  )
}

function PlanBody({ plan, onRetry }: { readonly plan: PrunePlan; readonly onRetry: () => void }): ReactNode {
  const { t } = useTranslation()
  switch (plan.kind) {
    case 'loading':
      return <Skeleton label={t('snapshots.prune.loading')} rows={4} rowHeight={24} />
    case 'error':
      return (
        <ErrorNotice
          title={t('snapshots.prune.failedPlan')}
          error={plan.error}
          onRemedy={(remedy) => applyRemedy(remedy, onRetry)}
        />
      )
    case 'ready':
      return <Plan {...plan.value} />
    default:
      return assertNever(plan, 'prune plan')
  }
}

function Plan({
  removed,
  freedBytes,
  advice,
  adviceWordings,
}: Extract<PrunePlan, { kind: 'ready' }>['value']): ReactNode {
  const { t } = useTranslation()
  return (
    <>
      {removed.length === 0 ? (
        <p>{t('snapshots.prune.nothing')}</p>
      ) : (
        <>
          <table className="plain-table" aria-label={t('snapshots.prune.removed')}>
            <thead>
              <tr>
                <th scope="col">{t('snapshots.prune.columns.name')}</th>
                <th scope="col">{t('snapshots.prune.columns.why')}</th>
              </tr>
            </thead>
            <tbody>
              {removed.map(({ id, name, why, whyWording }) => (
                <tr key={id}>
                  <th scope="row">{name}</th>
                  <td className="cell-sentence">{wordedText(why, whyWording)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p>
            <strong>{t('snapshots.prune.frees', { size: formatBytes(freedBytes) })}</strong>
          </p>
        </>
      )}
      {advice.length > 0 && (
        <section className="prune-advice">
          <h3>
            <Lightbulb aria-hidden="true" />
            {t('snapshots.prune.advice')}
          </h3>
          <ul>
            {wordedTexts(advice, adviceWordings).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}
