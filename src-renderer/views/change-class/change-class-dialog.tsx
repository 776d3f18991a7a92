import type { ReactNode } from 'react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { Sandbox } from '#contract/sandbox'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { useAgent, useIsLive } from '../../store/agent-store.ts'
import { closeChange, planChange, useChangeClass } from '../../store/change-class-store.ts'
import { loadClasses, useClasses } from '../../store/classes-store.ts'
import { ClassPicker } from '../create/class-picker.tsx'
import { ChangeResult, ChangeRunning } from './change-outcome.tsx'
import { PlanView } from './plan-view.tsx'
import { changeNow } from './run-change.ts'
import './change-class.css'

/** Plans a change of class, makes it, and says how it ended. */
export function ChangeClassDialog(): ReactNode {
  const { t } = useTranslation()
  const { target } = useChangeClass()
  const sandbox = useAgent(({ sandboxes }) => (target ? sandboxes.get(target.id) : undefined))
  const name = sandbox?.name ?? ''
  return (
    <Dialog
      size="wide"
      open={target !== null && sandbox !== undefined}
      onOpenChange={(open) => !open && closeChange()}
      title={t('classes.change.title', { name })}
      description={t('classes.change.description')}
    >
      {sandbox && <ChangeClass key={sandbox.id} sandbox={sandbox} />}
    </Dialog>
  )
}

function ChangeClass({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const classes = useClasses()
  const { target, plan, run } = useChangeClass()
  useEffect(() => void loadClasses(), [])
  if (!target) return null
  const { to } = target
  if (run.kind === 'done') return <ChangeResult sandbox={sandbox} run={run} />
  if (run.kind === 'running') return <ChangeRunning to={to} since={run.since} plan={plan} />
  const blocked = plan.kind === 'ready' && plan.plan.problems.some(({ level }) => level === 'blocks')
  const ready = plan.kind === 'ready' && !blocked && live
  return (
    <>
      <div className="dialog-body change-body">
        <ClassPicker
          label={t('classes.change.to')}
          value={to}
          classes={classes}
          present={sandbox.class}
          onChange={(value) => planChange(sandbox.id, value)}
        />
        <PlanView
          model={plan}
          failure={run.kind === 'failed' ? run.error : null}
          onRetry={() => planChange(sandbox.id, to)}
        />
      </div>
      <div className="dialog-foot">
        {blocked && <span className="change-blocked">{t('classes.change.blocked')}</span>}
        <Button onClick={closeChange}>{t('common.cancel')}</Button>
        <Button kind="primary" disabled={!ready} onClick={() => void changeNow(sandbox, to)}>
          {t('classes.change.button', { class: t(`sandboxes.class.${to}.name`) })}
        </Button>
      </div>
    </>
  )
}
