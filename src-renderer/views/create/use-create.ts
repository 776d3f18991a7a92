import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toast } from 'sonner'
import { useLocation } from 'wouter'
import { AppError } from '#contract/app-error'
import type { Image } from '#contract/image'
import { createSandbox } from '#contract/sandbox-operations'
import { pullByName } from '../../actions/image-actions.ts'
import { call } from '../../call.ts'
import { suggestName } from '../../model/suggest-name.ts'
import { adviseOn, forgetAdvice } from '../../store/advice-store.ts'
import { agentStore, useAgent } from '../../store/agent-store.ts'
import {
  type CreateForm,
  type CreateRequest,
  emptyForm,
  type Field,
  fieldOfReason,
  findProblems,
  type Problems,
  type RowField,
  readForm,
  rowFields,
  withoutBlankRows,
} from './create-form.ts'

/** What runs without a command of one's own. */
export function argvOf(image: Image | undefined): readonly string[] {
  return image ? [...image.config.entrypoint, ...image.config.command] : []
}

/** The image that a reference as typed means here; a name without a tag means `latest`. */
export function findImage(images: Iterable<Image>, reference: string): Image | undefined {
  const wanted = reference.trim()
  return [...images].find(
    ({ names, digest }) => names.includes(wanted) || names.includes(`${wanted}:latest`) || digest === wanted,
  )
}

export function suggestFreeName(): string {
  return suggestName(new Set([...agentStore.getState().sandboxes.values()].map(({ name }) => name)))
}

interface Refusal {
  readonly error: AppError
  /** Null: it is shown on top. */
  readonly field: Field | null
}

interface CreateState {
  readonly form: CreateForm
  readonly image: Image | undefined
  /** Of fields that were touched, or of all once Create was pressed. */
  readonly problems: Problems
  readonly refusal: Refusal | null
  readonly busy: boolean
  readonly change: (changes: Partial<CreateForm>) => void
  /** The person has left these rows. */
  readonly leave: (field: RowField) => void
  /** Counts what Create was pressed for in vain. */
  readonly refusals: number
  readonly submit: () => Promise<void>
}

interface CreateEvents {
  readonly onDone: () => void
  /** Something was entered that closing would lose. */
  readonly onEdited: () => void
}

/** The state of the dialog. What was typed stays whatever the agent answers. */
export function useCreate({ onDone, onEdited }: CreateEvents): CreateState {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const images = useAgent((state) => state.images)
  const [form, setForm] = useState(() =>
    emptyForm(firstName(images.values()), suggestFreeName(), agentStore.getState().settings.defaultClass),
  )
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [refusals, setRefusals] = useState(0)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [busy, setBusy] = useState(false)
  const image = findImage(images.values(), form.image)
  const all = findProblems(withoutBlankRows(form))
  const problems = Object.fromEntries(Object.entries(all).filter(([field]) => touched.has(field))) as Problems

  useAdviceOn(form, image)

  const touch = (fields: readonly string[]): void => setTouched((before) => new Set([...before, ...fields]))
  const change = (changes: Partial<CreateForm>): void => {
    setForm((before) => ({ ...before, ...changes }))
    onEdited()
    touch(Object.keys(changes).filter((field) => !isRowField(field)))
    if (refusal?.field && refusal.field in changes) setRefusal(null)
  }
  const submit = async (): Promise<void> => {
    const result = readForm(form, argvOf(image))
    if (!result.ok) {
      touch(Object.keys(result.problems))
      return setRefusals((count) => count + 1)
    }
    setBusy(true)
    setRefusal(null)
    try {
      const { id, name } = await createPulling(result.request)
      const open = { label: t('sandboxes.open'), onClick: () => navigate(`/sandboxes/${id}`) }
      toast.success(t('sandboxes.done.create', { name }), { action: open })
      onDone()
    } catch (thrown) {
      const error = AppError.from(thrown)
      setRefusal({ error, field: fieldOfReason(error.wire.reason) })
      setRefusals((count) => count + 1)
    } finally {
      setBusy(false)
    }
  }
  const leave = (field: RowField): void => touch([field])
  return { form, image, problems, refusal, refusals, busy, change, leave, submit }
}

function isRowField(field: string): boolean {
  return rowFields.some((each) => each === field)
}

/** As `joey run` does: an image that is not here is fetched, then it is tried once more. */
async function createPulling(request: CreateRequest) {
  try {
    return await call(createSandbox, request)
  } catch (error) {
    if (AppError.from(error).wire.reason !== 'image-not-found') throw error
    await pullByName(request.spec.image)
    return call(createSandbox, request)
  }
}

/** Keeps the advice in step with what is typed, as far as that can be read. */
function useAdviceOn(form: CreateForm, image: Image | undefined): void {
  useEffect(() => {
    const result = readForm(form, argvOf(image))
    // Advice on what was typed before would be taken for advice on this.
    if (!result.ok) return forgetAdvice()
    const { spec } = result.request
    adviseOn({ spec, ...(form.origin === 'unsaid' ? {} : { trusted: form.origin === 'mine' }) })
  }, [form, image])
  useEffect(() => forgetAdvice, [])
}

/** The built-in image, or else the first that has a name. */
function firstName(images: Iterable<Image>): string {
  const all = [...images]
  return (all.find(({ builtIn }) => builtIn) ?? all.find(({ names }) => names.length > 0))?.names[0] ?? ''
}
