import type * as z from 'zod'
import type { PermissionSheet } from '#contract/archive'
import { defaultsOf } from '#contract/field-defaults'
import { fieldsWhere } from '#contract/read-fields'
import type { IsolationClass, SandboxSpec } from '#contract/sandbox'
import { type Sentence, saidOf, sentence } from '#contract/sentence'
import { keepAgreed, keepWithin, type Wish } from './requested-fields.ts'

type Sheet = z.output<typeof PermissionSheet>

/** What no bundle brings in: what comes in is to stay until somebody removes it, for one. */
const neverIn = fieldsWhere(({ inBundle }) => inBundle === 'dropped')

export interface AgreedSpec {
  readonly spec: SandboxSpec
  /** What was left out. */
  readonly messages: readonly Sentence[]
}

/** What is left of the wishes of a bundle: those that were agreed to and that this machine can give. */
export function agreeSpec(
  wished: SandboxSpec,
  sheet: Pick<Sheet, 'requests'>,
  { agreed, defaultClass }: { agreed: readonly string[]; defaultClass: IsolationClass },
): AgreedSpec {
  const messages: Sentence[] = []
  const isGiven = ({ id, about }: Wish): boolean => {
    const request = sheet.requests.find((each) => each.id === id)
    if (request === undefined) return false
    const { possible, isNew, why, whyWording } = request
    const because = why === null ? {} : { why: saidOf(why, whyWording) }
    if (!possible) messages.push(sentence('import-not-possible', { ...about, ...because }))
    else if (isNew && !agreed.includes(id)) messages.push(sentence('import-not-agreed', about))
    else return true
    return false
  }
  const kept = keepAgreed(wished, isGiven, { class: defaultClass })
  return { spec: { ...wished, ...kept, ...defaultsOf(neverIn) }, messages }
}

/** A snapshot is a way back to what it was, so none brings in what the sandbox did not get. */
export function agreeSnapshotSpec(wished: SandboxSpec, sandbox: SandboxSpec): SandboxSpec {
  return { ...wished, ...keepWithin(wished, sandbox), ...defaultsOf(neverIn) }
}
