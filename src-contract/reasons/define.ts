import type { ErrorCode, Remedy } from '../wire-texts.ts'

/**
 * What stands in a sentence: a text, a number, one of a few words that the template chooses by, or other sentences. A
 * question mark means that it may be left out, for which the template has a branch `=`.
 */
export type ParamKind =
  | 'text'
  | 'number'
  | 'text?'
  | 'number?'
  | 'sentence'
  | 'sentence?'
  | 'sentences'
  | readonly string[]
export type Params = Readonly<Record<string, string | number>>

export interface SentenceEntry {
  readonly params?: Readonly<Record<string, ParamKind>>
  /** A template, see template.ts: one or two plain sentences. */
  readonly sentence: string
}

/** One reason for a failure: the sentence says what happened and what to do. The texts of the remedy are templates too. */
export interface ReasonEntry extends SentenceEntry {
  readonly code: ErrorCode
  readonly remedy?: Remedy
}

/** A sentence made somewhere else, as it travels: its text in English, and what makes it in other languages. */
export interface Said {
  readonly reason: string
  readonly message: string
  readonly params?: Params | undefined
}

type ValueOf<Kind> = Kind extends 'text' | 'text?'
  ? string
  : Kind extends 'number' | 'number?'
    ? number
    : Kind extends 'sentence' | 'sentence?'
      ? Said
      : Kind extends 'sentences'
        ? readonly Said[]
        : Kind extends readonly (infer Word)[]
          ? Word
          : never

type Optional<Kinds> = {
  [Name in keyof Kinds]: Kinds[Name] extends 'text?' | 'number?' | 'sentence?' ? Name : never
}[keyof Kinds]

/** The values that a sentence needs, by the kinds that its entry declares. */
export type ParamsOf<Entry> = Entry extends { readonly params: infer Kinds }
  ? { readonly [Name in Exclude<keyof Kinds, Optional<Kinds>>]: ValueOf<Kinds[Name]> } & {
      readonly [Name in Optional<Kinds>]?: ValueOf<Kinds[Name]>
    }
  : { readonly [Name in never]: never }

/** Values as code gives them, with sentences as what they are. */
export type GivenParams = Readonly<Record<string, string | number | Said | readonly Said[]>>

/**
 * Values as they travel: texts and numbers only. A sentence is its English text, and beside it what makes it in another
 * language: `why`, `why.reason`, `why.message`, `why.path`; of several `problems`, `problems.0.reason` and so on.
 */
export function flattenParams(given: GivenParams): Params {
  const flat: Record<string, string | number> = {}
  const put = (prefix: string, { reason, message, params }: Said): void => {
    flat[`${prefix}.reason`] = reason
    flat[`${prefix}.message`] = message
    for (const [name, value] of Object.entries(params ?? {})) flat[`${prefix}.${name}`] = value
  }
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'object') flat[name] = value
    else if ('reason' in value) {
      flat[name] = value.message
      put(name, value)
    } else {
      flat[name] = value.map(({ message }) => message).join(' ')
      for (const [index, each] of value.entries()) put(`${name}.${index}`, each)
    }
  }
  return flat
}

/** The sentence that a value is, as {@link flattenParams} put it down; null where the value is something else. */
export function sentenceAt(params: Params, prefix: string): Said | null {
  const reason = params[`${prefix}.reason`]
  if (typeof reason !== 'string') return null
  const own = Object.entries(params).filter(([key]) => key.startsWith(`${prefix}.`) && key !== `${prefix}.reason`)
  return {
    reason,
    message: String(params[`${prefix}.message`] ?? ''),
    params: Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length + 1), value])),
  }
}

/** Whether all is there that an entry cannot do without: another version may have given other values. */
export function isEveryParam({ params: kinds = {} }: SentenceEntry, params: Params): boolean {
  return Object.entries(kinds).every(([name, kind]) => {
    const value = params[name]
    if (value === undefined) return typeof kind === 'string' && kind.endsWith('?')
    if (typeof kind === 'object') return kind.includes(String(value))
    return typeof value === (kind.startsWith('number') ? 'number' : 'string')
  })
}

/** Keeps the names and kinds of each entry for the compiler. */
export function defineReasons<const Table extends Readonly<Record<string, ReasonEntry>>>(table: Table): Table {
  return table
}

/** The same for what is said without anything having failed. */
export function defineSentences<const Table extends Readonly<Record<string, SentenceEntry>>>(table: Table): Table {
  return table
}
