import type { Language } from './define.ts'

/** A language that there is, without its texts: they are loaded when somebody wants to read them. */
export interface KnownLanguage {
  readonly tag: string
  /** What its readers call it. */
  readonly name: string
  /** Which wishes it fits, as in BCP 47 and in small letters; without this, its own tag and what is narrower. */
  readonly fits?: RegExp
  readonly load: () => Promise<Language>
}

/** The languages besides English, which stands in the tables themselves. */
export const languages = [
  {
    tag: 'zh-CN',
    name: '简体中文',
    // Those who write traditional characters are better served by what they name next.
    fits: /^zh($|[.@]|-hans|-cn|-sg)/,
    load: async () => (await import('./zh/index.ts')).chinese,
  },
] as const satisfies readonly KnownLanguage[]

export type LanguageTag = (typeof languages)[number]['tag']

/** The language that fits one of `tags`, the most wanted first; null is English. */
export function chooseLanguage<Known extends Pick<KnownLanguage, 'tag' | 'fits'>>(
  tags: readonly string[],
  known: readonly Known[],
): Known | null {
  for (const wanted of tags.map((tag) => tag.toLowerCase().replaceAll('_', '-'))) {
    if (/^(en|c|posix)\b/.test(wanted)) return null
    const found = known.find(({ tag, fits }) =>
      fits ? fits.test(wanted) : wanted === tag.toLowerCase() || wanted.startsWith(`${tag.toLowerCase()}-`),
    )
    if (found) return found
  }
  return null
}
