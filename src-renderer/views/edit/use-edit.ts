import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import { AppError } from '#contract/app-error'
import type { Sandbox } from '#contract/sandbox'
import { type ChangePlan, changeSandbox, planChange } from '#contract/sandbox-operations'
import { call } from '../../call.ts'
import { type EditForm, type EditProblems, findEditProblems, formOf, readEdit } from './edit-form.ts'

/** `form`: it is typed in. `plan`: what that would do is shown. */
export type EditStep = { readonly kind: 'form' } | { readonly kind: 'plan'; readonly plan: ChangePlan }

interface EditState {
  readonly form: EditForm
  readonly problems: EditProblems
  readonly step: EditStep
  /** It may be stopped and started again. */
  readonly restart: boolean
  readonly busy: boolean
  readonly error: AppError | null
  readonly change: (changes: Partial<EditForm>) => void
  readonly plan: (restart: boolean) => Promise<void>
  readonly back: () => void
  readonly apply: () => Promise<void>
}

/** The state of the dialog. What was typed stays whatever the agent answers. */
export function useEdit(sandbox: Sandbox, onDone: () => void): EditState {
  const { t } = useTranslation()
  const [form, setForm] = useState(() => formOf(sandbox))
  const [step, setStep] = useState<EditStep>({ kind: 'form' })
  const [restart, setRestart] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<AppError | null>(null)
  const problems = findEditProblems(form, sandbox)

  const ask = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true)
    setError(null)
    await work().catch((thrown: unknown) => setError(AppError.from(thrown)))
    setBusy(false)
  }
  return {
    ...{ form, problems, step, restart, busy, error },
    change: (changes) => setForm((before) => ({ ...before, ...changes })),
    async plan(wanted) {
      if (Object.keys(problems).length > 0) return
      setRestart(wanted)
      await ask(async () => {
        const request = { ref: sandbox.id, change: readEdit(form, sandbox), restart: wanted }
        setStep({ kind: 'plan', plan: await call(planChange, request) })
      })
    },
    back() {
      setError(null)
      setStep({ kind: 'form' })
    },
    apply: () =>
      ask(async () => {
        await call(changeSandbox, { ref: sandbox.id, change: readEdit(form, sandbox), restart })
        toast.success(t('edit.done', { name: sandbox.name }))
        onDone()
      }),
  }
}
