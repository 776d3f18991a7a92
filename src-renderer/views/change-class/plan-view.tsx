import { ArrowRight, Check, RotateCw, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppError } from '#contract/app-error'
import { assertNever } from '#contract/assert-never'
import type { ClassPlan } from '#contract/classes'
import { applyRemedy } from '../../actions/remedies.ts'
import { ClassBadge } from '../../components/class-badge.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { wordedText, wordedTexts } from '../../copy/i18n.ts'
import { formatMilliseconds } from '../../model/estimate.ts'
import type { PlanModel } from '../../store/change-class-store.ts'
import { ProblemList } from '../create/class-notes.tsx'

interface Props {
  readonly model: PlanModel
  /** Of the latest attempt. */
  readonly failure: AppError | null
  readonly onRetry: () => void
}

export function PlanView({ model, failure, onRetry }: Props): ReactNode {
  const { t } = useTranslation()
  const onRemedy = (remedy: Parameters<typeof applyRemedy>[0]): void => applyRemedy(remedy, onRetry)
  return (
    <>
      {failure && <ErrorNotice title={t('classes.change.failed')} error={failure} onRemedy={onRemedy} />}
      <PlanBody model={model} onRemedy={onRemedy} />
    </>
  )
}

interface BodyProps {
  readonly model: PlanModel
  readonly onRemedy: (remedy: Parameters<typeof applyRemedy>[0]) => void
}

function PlanBody({ model, onRemedy }: BodyProps): ReactNode {
  const { t } = useTranslation()
  switch (model.kind) {
    case 'loading':
      return <Skeleton label={t('classes.change.loading')} rows={4} rowHeight={28} />
    case 'error':
      return <ErrorNotice title={t('classes.change.planFailed')} error={model.error} onRemedy={onRemedy} />
    case 'ready':
      return <Plan plan={model.plan} />
    default:
      return assertNever(model, 'plan model')
  }
}

function Plan({ plan }: { readonly plan: ClassPlan }): ReactNode {
  const { t } = useTranslation()
  const { from, to, restarts, problems } = plan
  const lost = wordedTexts(plan.lost, plan.lostWordings)
  const kept = wordedTexts(plan.kept, plan.keptWordings)
  return (
    <div className="plan">
      <p className="plan-way">
        <ClassBadge value={from} />
        <ArrowRight aria-hidden="true" />
        <ClassBadge value={to} />
        <span className="plan-note">{t(restarts ? 'classes.change.restarts' : 'classes.change.staysStopped')}</span>
      </p>
      <ProblemList problems={problems} />
      <div className="plan-columns">
        <PlanList title={t('classes.change.lost')} lines={lost} nothing={t('classes.change.lostNothing')} tone="warn" />
        <PlanList title={t('classes.change.kept')} lines={kept} tone="good" />
      </div>
      <Steps plan={plan} />
    </div>
  )
}

interface ListProps {
  readonly title: string
  readonly lines: readonly string[]
  readonly nothing?: string
  readonly tone: 'warn' | 'good'
}

/** Sentences below a title, each with a mark. */
export function PlanList({ title, lines, nothing, tone }: ListProps): ReactNode {
  if (lines.length === 0 && nothing === undefined) return null
  return (
    <section>
      <h3>{title}</h3>
      {lines.length === 0 && <p className="plan-note">{nothing}</p>}
      <ul className="plan-list" data-tone={tone}>
        {lines.map((line) => (
          <li key={line}>
            {tone === 'warn' ? <TriangleAlert aria-hidden="true" /> : <Check aria-hidden="true" />}
            {line}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Steps({ plan }: { readonly plan: ClassPlan }): ReactNode {
  const { t } = useTranslation()
  const { steps, estimateMs } = plan
  return (
    <section>
      <h3>{t('classes.change.steps')}</h3>
      <ol className="plan-steps">
        {steps.map(({ what, wording, estimateMs: ms }, index) => (
          <li key={what}>
            <span className="plan-number" aria-hidden="true">
              {index + 1}
            </span>
            <span>{wordedText(what, wording)}</span>
            <span className="plan-note">{ms === null ? '' : formatMilliseconds(ms, t)}</span>
          </li>
        ))}
      </ol>
      <p className="plan-note">
        <RotateCw aria-hidden="true" />
        {estimateMs === null
          ? t('classes.change.aboutUnknown')
          : t('classes.change.about', { duration: formatMilliseconds(estimateMs, t) })}
      </p>
    </section>
  )
}
