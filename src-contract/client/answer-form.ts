import { appError } from '../app-error.ts'

/**
 * The shape of an answer as plain data, so that a short command reads it without building any schema. Parts are numbers in
 * the table that they stand in, because many answers share them.
 */
export type Form =
  | 'string'
  | 'number'
  | 'boolean'
  | { readonly oneOf: readonly (string | number | boolean | null)[] }
  | { readonly fields: Readonly<Record<string, number>> }
  | { readonly listOf: number }
  | { readonly recordOf: number }
  /** The first that fits. */
  | { readonly anyOf: readonly number[] }
  | { readonly optional: number }
  | { readonly nullable: number }
  /** Taken where there is nothing. */
  | { readonly form: number; readonly missing: unknown }
  /** Taken where it does not fit: a later version may know more. */
  | { readonly form: number; readonly unknown?: unknown }

/** Why a value does not fit. */
class Misfit extends Error {}

/**
 * Reads what an agent sent by its form, as `parseAnswer` does by its schema: fields that this version does not know are
 * left out. How long a text is, or how it is made, is for the agent to say.
 * Throws `answer-not-valid`.
 */
export function readForm(forms: readonly Form[], form: number, value: unknown): unknown {
  try {
    return read(forms, form, value, '')
  } catch (error) {
    if (error instanceof Misfit) throw appError('answer-not-valid', { what: 'answer' }, { detail: error.message })
    throw error
  }
}

/** Whether a message is of a kind that this version does not know, so that it can be passed over. */
export function isUnknownKind(forms: readonly Form[], form: number, value: unknown): boolean {
  const kind = typeof value === 'object' && value !== null ? (value as { readonly type?: unknown }).type : undefined
  const known = kindsOf(forms, form)
  return typeof kind === 'string' && known.length > 0 && !known.includes(kind)
}

/** The words that the field `type` may have. */
function kindsOf(forms: readonly Form[], index: number): readonly unknown[] {
  const form = forms[index]
  if (typeof form !== 'object') return []
  if ('anyOf' in form) return form.anyOf.flatMap((each) => kindsOf(forms, each))
  const type = 'fields' in form ? forms[form.fields['type'] ?? -1] : undefined
  return typeof type === 'object' && 'oneOf' in type ? type.oneOf : []
}

function read(forms: readonly Form[], index: number, value: unknown, where: string): unknown {
  const form = forms[index]
  if (typeof form === 'string') return typeof value === form ? value : misfit(where, form)
  if (form === undefined) return misfit(where, 'of a known form')
  if ('oneOf' in form)
    return form.oneOf.includes(value as string) ? value : misfit(where, `one of ${form.oneOf.join(', ')}`)
  if ('fields' in form) return readFields(forms, form.fields, value, where)
  if ('listOf' in form) {
    if (!Array.isArray(value)) return misfit(where, 'a list')
    return value.map((each, at) => read(forms, form.listOf, each, `${where}.${at}`))
  }
  if ('recordOf' in form) {
    const entries = Object.entries(recordIn(value, where))
    return Object.fromEntries(entries.map(([key, each]) => [key, read(forms, form.recordOf, each, `${where}.${key}`)]))
  }
  if ('anyOf' in form) return firstThatFits(forms, form.anyOf, value, where)
  if ('optional' in form) return value === undefined ? undefined : read(forms, form.optional, value, where)
  if ('nullable' in form) return value === null ? null : read(forms, form.nullable, value, where)
  if ('missing' in form) return value === undefined ? form.missing : read(forms, form.form, value, where)
  return fits(() => read(forms, form.form, value, where))?.value ?? form.unknown
}

function readFields(
  forms: readonly Form[],
  fields: Readonly<Record<string, number>>,
  value: unknown,
  where: string,
): Record<string, unknown> {
  const given = recordIn(value, where)
  const found: Record<string, unknown> = {}
  for (const [name, form] of Object.entries(fields)) {
    const part = read(forms, form, Object.hasOwn(given, name) ? given[name] : undefined, `${where}.${name}`)
    if (part !== undefined) found[name] = part
  }
  return found
}

function firstThatFits(forms: readonly Form[], options: readonly number[], value: unknown, where: string): unknown {
  for (const option of options) {
    const fit = fits(() => read(forms, option, value, where))
    if (fit) return fit.value
  }
  return misfit(where, 'of a known kind')
}

function fits(task: () => unknown): { readonly value: unknown } | null {
  try {
    return { value: task() }
  } catch (error) {
    if (error instanceof Misfit) return null
    throw error
  }
}

function recordIn(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return misfit(where, 'an object')
  return value as Readonly<Record<string, unknown>>
}

function misfit(where: string, expected: string): never {
  throw new Misfit(`${where === '' ? 'The answer' : where.slice(1)} is not ${expected}.`)
}
