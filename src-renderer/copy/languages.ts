import type { Language } from '#contract/language'
import { chooseLanguage, type LanguageTag, languages } from '#contract/languages/index'
import type { Copy } from './copy-shape.ts'
import { en } from './en/index.ts'

type WindowCopy = Copy<typeof en>

/** English made longer, to see what does not fit. It is not offered: the suite chooses it, and whoever writes copy may. */
const stretchedTag = 'en-XA'

/** What a person chose: the system's language as far as it is known, or one of those that there are. */
export type LanguageChoice = 'system' | 'en' | LanguageTag | typeof stretchedTag

/** The languages that can be chosen, each as its own readers call it. */
export const offeredLanguages: readonly { readonly tag: 'en' | LanguageTag; readonly name: string }[] = [
  { tag: 'en', name: 'English' },
  ...languages,
]

export const languageChoices: readonly LanguageChoice[] = [
  'system',
  ...offeredLanguages.map(({ tag }) => tag),
  stretchedTag,
]

/** The copy of each language, for which the compiler asks. None is read before it is wanted. */
const copies: Readonly<Record<LanguageTag | typeof stretchedTag, () => Promise<WindowCopy>>> = {
  'zh-CN': async () => (await import('./zh/index.ts')).zh,
  [stretchedTag]: async () => (await import('./stretched.ts')).stretch<WindowCopy>(en),
}

/** The language that a choice means where the system wants `wanted`. */
export function tagOf(choice: LanguageChoice, wanted: readonly string[]): Exclude<LanguageChoice, 'system'> {
  return choice === 'system' ? (chooseLanguage(wanted, languages)?.tag ?? 'en') : choice
}

/**
 * By what dates and numbers are written: as the system has them where it speaks the language, so that English of Ireland has
 * Irish dates; else as the language has them. Undefined: as the system has them.
 */
export function localeOf(choice: LanguageChoice, wanted: readonly string[]): string | undefined {
  if (choice === 'system') return undefined
  const [base = choice] = choice.split('-')
  return wanted.find((tag) => tag === base || tag.startsWith(`${base}-`)) ?? choice
}

/** What the agent says, in a language; null is English, which needs nothing. */
export async function textsOf(tag: string): Promise<Language | null> {
  return (await languages.find((known) => known.tag === tag)?.load()) ?? null
}

/** What the window says; null is English. */
export async function copyOf(tag: string): Promise<WindowCopy | null> {
  return Object.hasOwn(copies, tag) ? copies[tag as keyof typeof copies]() : null
}
