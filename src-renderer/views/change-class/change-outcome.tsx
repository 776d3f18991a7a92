import { CircleCheck, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import type { IsolationClass, Sandbox } from '#contract/sandbox'
import { Button } from '../../components/button.tsx'
import { Progress } from '../../components/progress.tsx'
import { useNow } from '../../components/use-now.ts'
import { wordedText } from '../../copy/i18n.ts'
import { formatDuration } from '../../model/duration.ts'
import { formatMilliseconds } from '../../model/estimate.ts'
import { type ChangeRun, closeChange, type PlanModel } from '../../store/change-class-store.ts'

interface RunningProps {
  readonly to: IsolationClass
  readonly since: number
  readonly plan: PlanModel
}

/** How far it is by the estimate; never quite full, because only the answer knows. */
export function ChangeRunning({ to, since, plan }: RunningProps): ReactNode {
  const { t } = useTranslation()
  const elapsedMs = Math.max(0, useNow() - since)
  const estimateMs = plan.kind === 'ready' ? plan.plan.estimateMs : null
  const label = t('classes.change.running', {
    class: t(`sandboxes.class.${to}.name`),
    elapsed: formatDuration(elapsedMs),
  })
  return (
    <>
      <div className="dialog-body change-body">
        <p role="status">{label}</p>
        <Progress label={label} value={estimateMs === null ? null : Math.min(0.95, elapsedMs / estimateMs)} />
        <p className="plan-note">{t('classes.change.runningText')}</p>
      </div>
      <div className="dialog-foot">
        <Button onClick={closeChange}>{t('common.close')}</Button>
      </div>
    </>
  )
}

interface ResultProps {
  readonly sandbox: Sandbox
  readonly run: Extract<ChangeRun, { kind: 'done' }>
}

export function ChangeResult({ sandbox, run }: ResultProps): ReactNode {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const { id, name } = sandbox
  const words = { name, class: t(`sandboxes.class.${run.class}.name`) }
  const showIsolation = (): void => {
    closeChange()
    navigate(`/sandboxes/${id}/isolation`)
  }
  return (
    <>
      <div className="dialog-body change-body">
        <div className="change-result" data-tone={run.fellBack === null ? 'good' : 'warn'} role="status">
          {run.fellBack === null ? <CircleCheck aria-hidden="true" /> : <TriangleAlert aria-hidden="true" />}
          <div>
            <h3>{t(run.fellBack === null ? 'classes.change.done' : 'classes.change.fellBack', words)}</h3>
            {run.fellBack !== null && <p>{wordedText(run.fellBack, run.fellBackWording)}</p>}
            {run.downMs > 0 && (
              <p className="plan-note">
                {t('classes.change.doneText', { duration: formatMilliseconds(run.downMs, t) })}
              </p>
            )}
          </div>
        </div>
      </div>
      <div className="dialog-foot">
        <Button onClick={showIsolation}>{t('classes.change.isolation')}</Button>
        <Button kind="primary" onClick={closeChange}>
          {t('common.close')}
        </Button>
      </div>
    </>
  )
}
