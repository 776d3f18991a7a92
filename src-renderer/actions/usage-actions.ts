import i18next from 'i18next'
import { toast } from 'sonner'
import { saveFile } from '#contract/app'
import type { Limits, Sandbox } from '#contract/sandbox'
import { changeSandbox, planChange } from '#contract/sandbox-operations'
import { call } from '../call.ts'
import { wordedText, wordedTexts } from '../copy/i18n.ts'
import { ask } from '../store/ui-store.ts'
import { toastError } from './remedies.ts'

async function save(name: string, content: Parameters<typeof keep>[1], failed: string): Promise<void> {
  try {
    const { path } = await keep(name, content)
    if (path !== null) toast.success(i18next.t('usage.saved', { path }))
  } catch (error) {
    toastError(failed, error)
  }
}

function keep(name: string, content: { kind: 'png'; base64: string } | { kind: 'csv'; text: string }) {
  return call(saveFile, { name, content })
}

/** Asks where to, and says where it is. */
export function saveCsv(name: string, text: string): Promise<void> {
  return save(`${name}.csv`, { kind: 'csv', text }, i18next.t('usage.csvFailed'))
}

export function savePng(name: string, base64: string): Promise<void> {
  return save(`${name}.png`, { kind: 'png', base64 }, i18next.t('usage.pngFailed'))
}

interface Wish {
  readonly field: 'cpus' | 'memoryBytes' | 'pids'
  readonly value: number
  /** What is limited, and how the two values read. */
  readonly title: string
  readonly before: string
  readonly after: string
}

/** Shows what another limit would do, and changes it once that was agreed to. */
export async function proposeLimit(
  { id, name }: Pick<Sandbox, 'id' | 'name'>,
  { field, value, ...words }: Wish,
): Promise<void> {
  const change = { limits: { [field]: value } as Partial<Limits> }
  try {
    const plan = await call(planChange, { ref: id, change })
    const effects = plan.fields.map(({ effect }) => i18next.t(`edit.effect.${effect}`))
    const problems = plan.problems.map((problem) => wordedText(problem.message, problem.wording ?? problem))
    ask({
      title: i18next.t('usage.changeTitle', { name }),
      text: i18next.t('usage.changeText', words),
      list: [...new Set(effects), ...problems, ...wordedTexts(plan.lost, plan.lostWordings)],
      confirm: i18next.t('usage.changeConfirm'),
      onConfirm: () => void setLimit(id, name, change),
    })
  } catch (error) {
    toastError(i18next.t('usage.changeFailed'), error)
  }
}

async function setLimit(ref: string, name: string, change: { readonly limits: Partial<Limits> }): Promise<void> {
  try {
    await call(changeSandbox, { ref, change })
    toast.success(i18next.t('sandboxes.done.update', { name }))
  } catch (error) {
    toastError(i18next.t('usage.changeFailed'), error)
  }
}
