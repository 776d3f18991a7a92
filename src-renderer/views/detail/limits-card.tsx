import { Pencil } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import { AppError } from '#contract/app-error'
import { formatBytes } from '#contract/byte-size'
import { type Sandbox } from '#contract/sandbox'
import { updateSandbox } from '#contract/sandbox-operations'
import { applyRemedy } from '../../actions/remedies.ts'
import { call } from '../../call.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { useIsLive } from '../../store/agent-store.ts'
import { emptyForm, findProblems, readBytes, readNumber } from '../create/create-form.ts'
import { LimitFields } from '../create/limit-fields.tsx'
import { Fact, FactsCard } from './facts-card.tsx'

/** The limits, and a form to change them at once. */
export function LimitsCard({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const [editing, setEditing] = useState(false)
  const { memoryBytes, cpus, pids, diskBytes } = sandbox.spec.limits
  const edit = (
    <IconButton
      size="small"
      label={t('detail.facts.editLimits')}
      disabledReason={live ? undefined : t('shell.agent.disabled')}
      onClick={() => setEditing(true)}
    >
      <Pencil />
    </IconButton>
  )
  return (
    <FactsCard title={t('detail.facts.limits')} tools={editing ? null : edit}>
      {editing ? (
        <LimitsForm sandbox={sandbox} onClose={() => setEditing(false)} />
      ) : (
        <dl>
          <Fact name={t('create.memory')}>{memoryBytes === null ? t('common.noLimit') : formatBytes(memoryBytes)}</Fact>
          <Fact name={t('create.cpus')}>{cpus ?? t('common.noLimit')}</Fact>
          <Fact name={t('create.pids')}>{pids ?? t('common.noLimit')}</Fact>
          <Fact name={t('create.disk')}>{diskBytes === null ? t('common.noLimit') : formatBytes(diskBytes)}</Fact>
        </dl>
      )}
    </FactsCard>
  )
}

function sizeText(bytes: number | null): string {
  return bytes === null ? '' : formatBytes(bytes)
}

/** The shown size is rounded: what was not touched must not change the limit. */
function readChanged(text: string, before: number | null): number | null {
  return text === sizeText(before) ? before : readBytes(text)
}

function LimitsForm({ sandbox, onClose }: { readonly sandbox: Sandbox; readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation()
  const { memoryBytes, cpus, pids, diskBytes } = sandbox.spec.limits
  const [form, setForm] = useState({
    memory: sizeText(memoryBytes),
    cpus: cpus === null ? '' : String(cpus),
    pids: pids === null ? '' : String(pids),
    disk: sizeText(diskBytes),
  })
  const [error, setError] = useState<AppError | null>(null)
  const problems = findProblems({ ...emptyForm(sandbox.image, sandbox.name), ...form })
  const save = async (): Promise<void> => {
    if (Object.keys(problems).length > 0) return
    const limits = { cpus: readNumber(form.cpus), pids: readNumber(form.pids) }
    try {
      await call(updateSandbox, {
        ref: sandbox.id,
        ...limits,
        memoryBytes: readChanged(form.memory, memoryBytes),
        diskBytes: readChanged(form.disk, diskBytes),
      })
      toast.success(t('sandboxes.done.update', { name: sandbox.name }))
      onClose()
    } catch (thrown) {
      setError(AppError.from(thrown))
    }
  }
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    void save()
  }
  return (
    <form className="facts-edit" noValidate onSubmit={onSubmit}>
      {error && <ErrorNotice error={error} onRemedy={(remedy) => applyRemedy(remedy, () => void save())} />}
      <LimitFields
        form={form}
        problemOf={(field) => problems[field] && t(`create.problems.${problems[field]}`)}
        onChange={(changes) => setForm((before) => ({ ...before, ...changes }))}
      />
      <div className="facts-edit-buttons">
        <Button size="small" onClick={onClose}>
          {t('common.cancel')}
        </Button>
        <Button size="small" kind="primary" type="submit">
          {t('detail.facts.saveLimits')}
        </Button>
      </div>
    </form>
  )
}
