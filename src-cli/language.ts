import type { Language } from '#contract/language'
import { chooseLanguage, languages } from '#contract/languages/index'

/**
 * The language that the environment asks for, as other programs take it from there; JOEY_LANG is for Joey alone. Null is
 * English. The texts of a language are read only where somebody wants them.
 */
export async function loadLanguage(env: Readonly<Record<string, string | undefined>>): Promise<Language | null> {
  const wanted = env['JOEY_LANG'] || env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || 'en'
  return (await chooseLanguage([wanted], languages)?.load()) ?? null
}
