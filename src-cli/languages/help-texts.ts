import type { LanguageTag } from '#contract/languages/index'

/**
 * What the help says in a language, by what it says in English: titles, summaries, descriptions, options, remarks beside
 * examples. A test finds what is missing, and what is no longer said.
 */
export type HelpTexts = Readonly<Record<string, string>>

/** Makes a text of the help one of a language. */
export type SayHelp = (english: string) => string

/** For which the compiler asks with each language. None is read before it is wanted. */
const texts: Readonly<Record<LanguageTag, () => Promise<HelpTexts>>> = {
  'zh-CN': async () => (await import('./zh/index.ts')).help,
}

/** Reads what the help says in a language; null is English, in which everything stands. */
export async function helpIn(tag: string | null): Promise<SayHelp> {
  const read = tag !== null && Object.hasOwn(texts, tag) ? texts[tag as LanguageTag] : null
  const known = (await read?.()) ?? {}
  return (english) => (Object.hasOwn(known, english) ? (known[english] ?? english) : english)
}
