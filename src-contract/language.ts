import type { Reason, WireError } from './app-error.ts'
import type { Language, Translation } from './languages/define.ts'
import {
  isEveryParam,
  type Params,
  type ReasonEntry,
  type Said,
  type SentenceEntry,
  sentenceAt,
} from './reasons/define.ts'
import { reasons } from './reasons/index.ts'
import { fillRemedy, fillTemplate } from './reasons/template.ts'
import { sentences } from './sentences/index.ts'
import type { Remedy, Wording } from './wire-texts.ts'

export type { Language }

/**
 * What is read by a person: made here from the reason and its values. Where this version does not know the reason, or
 * another version gave other values, it is the message that travelled with it.
 */
export function say({ reason, params = {}, message }: Said, language: Language | null): string {
  const entry = entryOf(reason)
  if (entry === null || !isEveryParam(entry, params)) return message
  const template = sentenceOf(language?.reasons[reason as Reason]) ?? entry.sentence
  return fillTemplate(template, sayParams(params, language), language?.tag)
}

/** A text whose wording travelled beside it. An agent of an earlier version gave the text alone. */
export function sayText(message: string, wording: Wording | undefined, language: Language | null): string {
  return wording ? say({ ...wording, message }, language) : message
}

/** The same for a list: its wordings stand in the order of the texts. */
export function sayTexts(
  messages: readonly string[],
  wordings: readonly Wording[] | undefined,
  language: Language | null,
): readonly string[] {
  return messages.map((message, index) => sayText(message, wordings?.[index], language))
}

/** The remedy with its reason in the language; a command and a path are the same in all of them. */
export function sayRemedy({ reason, params = {}, remedy }: WireError, language: Language | null): Remedy | undefined {
  if (remedy?.kind === 'runCommand' && remedy.whyWording) return sayOwnRemedy(remedy, language)
  const entry = entryOf(reason)
  const said = language?.reasons[reason as Reason]
  const why = typeof said === 'object' ? said.why : undefined
  if (remedy?.kind !== 'runCommand' || why === undefined || !entry?.remedy) return remedy
  const own = fillRemedy(entry.remedy, params)
  const isOwn = own?.kind === 'runCommand' && own.command === remedy.command
  return isOwn ? { ...remedy, why: fillTemplate(why, params, language?.tag) } : remedy
}

/** A remedy that brings its own wording along. */
export function sayOwnRemedy(remedy: Remedy, language: Language | null): Remedy {
  if (remedy.kind !== 'runCommand') return remedy
  return { ...remedy, why: sayText(remedy.why, remedy.whyWording, language) }
}

function sentenceOf(said: Translation | undefined): string | undefined {
  return typeof said === 'object' ? said.sentence : said
}

type Entry = SentenceEntry & Pick<ReasonEntry, 'remedy'>

function entryOf(reason: string): Entry | null {
  const table: Readonly<Record<string, Entry>> = Object.hasOwn(reasons, reason) ? reasons : sentences
  return Object.hasOwn(table, reason) ? (table[reason] ?? null) : null
}

/** Values that are sentences themselves, in the language: see `flattenParams`. */
function sayParams(params: Params, language: Language | null): Params {
  if (language === null) return params
  const said: Record<string, string | number> = { ...params }
  for (const name of Object.keys(params).filter((key) => !key.includes('.'))) {
    const inner = inside(params, name)
    if (inner.length > 0) said[name] = inner.map((each) => say(each, language)).join(language.between)
  }
  return said
}

function inside(params: Params, name: string): Said[] {
  const one = sentenceAt(params, name)
  if (one) return [one]
  const found: Said[] = []
  for (let each = sentenceAt(params, `${name}.0`); each; each = sentenceAt(params, `${name}.${found.length}`)) {
    found.push(each)
  }
  return found
}
