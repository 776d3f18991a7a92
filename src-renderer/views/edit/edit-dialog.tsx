import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Sandbox } from '#contract/sandbox'
import { applyRemedy } from '../../actions/remedies.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Checkbox } from '../../components/toggles.tsx'
import { useIsLive } from '../../store/agent-store.ts'
import { EditFields } from './edit-fields.tsx'
import { EditPlan } from './edit-plan.tsx'
import { useEdit } from './use-edit.ts'
import '../change-class/change-class.css'
import './edit.css'

interface Props {
  readonly sandbox: Sandbox
  readonly open: boolean
  readonly onClose: () => void
}

/** Changes what a sandbox is: a form, then the plan, then the change. */
export function EditDialog({ sandbox, open, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <Dialog
      size="wide"
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title={t('edit.title', { name: sandbox.name })}
      description={t('edit.description')}
    >
      {open && <Edit sandbox={sandbox} onClose={onClose} />}
    </Dialog>
  )
}

function Edit({ sandbox, onClose }: Omit<Props, 'open'>): ReactNode {
  const { t } = useTranslation()
  const edit = useEdit(sandbox, onClose)
  const { step, error, form, problems, change } = edit
  const isPlan = step.kind === 'plan'
  return (
    <>
      <div className="dialog-body edit-body">
        {error && (
          <ErrorNotice
            title={t(isPlan ? 'edit.failed' : 'edit.planFailed')}
            error={error}
            onRemedy={(remedy) => applyRemedy(remedy, () => void (isPlan ? edit.apply() : edit.plan(edit.restart)))}
          />
        )}
        {isPlan ? (
          <>
            <EditPlan plan={step.plan} />
            <RestartChoice sandbox={sandbox} edit={edit} />
          </>
        ) : (
          <EditFields form={form} problems={problems} onChange={change} />
        )}
      </div>
      <Foot edit={edit} onClose={onClose} />
    </>
  )
}

type Edit = ReturnType<typeof useEdit>

/** Offered where something would wait for the next start of what runs now. */
function RestartChoice({ sandbox, edit }: { readonly sandbox: Sandbox; readonly edit: Edit }): ReactNode {
  const { t } = useTranslation()
  const { step, restart, busy } = edit
  const runs = sandbox.state === 'running' || sandbox.state === 'paused'
  const waits = step.kind === 'plan' && step.plan.fields.some(({ effect }) => effect !== 'live')
  if (!runs || !waits) return null
  return (
    <Checkbox
      showLabel
      label={t('edit.restart')}
      checked={restart}
      disabled={busy}
      onChange={(wanted) => void edit.plan(wanted)}
    />
  )
}

function Foot({ edit, onClose }: { readonly edit: Edit; readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const { step, busy, problems } = edit
  if (step.kind === 'form') {
    const wrong = Object.keys(problems).length > 0
    return (
      <div className="dialog-foot">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button kind="primary" disabled={!live || busy || wrong} onClick={() => void edit.plan(edit.restart)}>
          {t(busy ? 'edit.planning' : 'edit.toPlan')}
        </Button>
      </div>
    )
  }
  const { fields, problems: found, restarts } = step.plan
  const possible = fields.length > 0 && !found.some(({ level }) => level === 'blocks')
  return (
    <div className="dialog-foot">
      <Button onClick={edit.back}>{t('edit.back')}</Button>
      <Button kind="primary" disabled={!live || busy || !possible} onClick={() => void edit.apply()}>
        {t(busy ? 'edit.applying' : restarts ? 'edit.applyRestart' : 'edit.apply')}
      </Button>
    </div>
  )
}
