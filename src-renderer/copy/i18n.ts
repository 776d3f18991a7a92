import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Finding } from '#contract/agent'
import { AppError, type Remedy } from '#contract/app-error'
import { sayFinding } from '#contract/finding'
import type { BlastRadius, IsolationView } from '#contract/isolation'
import { type Language, say, sayRemedy, sayText, sayTexts } from '#contract/language'
import type { Said } from '#contract/reasons/define'
import { sayBlast, sayView } from '#contract/say-isolation'
import type { Wording } from '#contract/sentence'
import { setLocale } from '../model/locale.ts'
import { en } from './en/index.ts'
import { copyOf, type LanguageChoice, localeOf, tagOf, textsOf } from './languages.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en }
  }
}

/** What the agent says is in one of the contract's languages; null is English. */
let language: Language | null = null

/** Starts with the sentences that are in the bundle, so it is ready at once. */
export function startI18n(spoken: Language | null = null): void {
  language = spoken
  void i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    // React escapes; doing it twice would show entities.
    interpolation: { escapeValue: false },
    initAsync: false,
  })
}

let latest: LanguageChoice | null = null

/** Shows all texts in the chosen language, and all dates and numbers as it has them. Resolves once that is so. */
export async function speak(choice: LanguageChoice): Promise<void> {
  latest = choice
  const tag = tagOf(choice, navigator.languages)
  const [spoken, copy] = await Promise.all([textsOf(tag), copyOf(tag)])
  // Another one was chosen while this one was being read.
  if (latest !== choice) return
  language = spoken
  if (copy) i18next.addResourceBundle(tag, 'translation', copy)
  setLocale(localeOf(choice, navigator.languages), tag)
  document.documentElement.lang = tag
  await i18next.changeLanguage(tag)
}

/** The sentence for a failure: made here for its reason where this window knows it, else the agent's own. */
export function errorText(error: unknown): string {
  return say(AppError.from(error).wire, language)
}

/** A sentence of the agent that is no failure, made here in the same way. */
export function saidText(said: Said): string {
  return say(said, language)
}

/** A text of the agent whose wording stands beside it, made here in the same way. */
export function wordedText(message: string, wording: Wording | undefined): string {
  return sayText(message, wording, language)
}

/** The same for a list of them. */
export function wordedTexts(messages: readonly string[], wordings: readonly Wording[] | undefined): readonly string[] {
  return sayTexts(messages, wordings, language)
}

/** A finding with its texts in the language. */
export function spokenFinding(found: Finding): Finding {
  return sayFinding(found, language)
}

/** An isolation view as it is shown: all of its texts made here. */
export function saidView(view: IsolationView): IsolationView {
  return sayView(view, language)
}

/** The same for what is within reach of a node. */
export function saidBlast(blast: BlastRadius): BlastRadius {
  return sayBlast(blast, language)
}

/** What helps against a failure, as it is shown. */
export function remedyOf(error: AppError): Remedy | undefined {
  return sayRemedy(error.wire, language)
}
