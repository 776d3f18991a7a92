import type { Finding } from './agent.ts'
import type { Remedy } from './app-error.ts'
import { type Language, sayOwnRemedy, sayText } from './language.ts'
import type { Said } from './reasons/define.ts'
import { saidOf, wordingOf } from './sentence.ts'

interface FindingParts extends Pick<Finding, 'id' | 'level'> {
  readonly title: Said
  /** A text is what a program said; there is nothing to translate. */
  readonly detail?: Said | string | null
  readonly remedy?: Remedy | null | undefined
}

/** One thing found on this machine, said by sentences of the contract. */
export function finding({ id, level, title, detail = null, remedy = null }: FindingParts): Finding {
  const isRaw = detail === null || typeof detail === 'string'
  return {
    ...{ id, level, title: title.message, titleWording: wordingOf(title) },
    ...(isRaw ? { detail } : { detail: detail.message, detailWording: wordingOf(detail) }),
    remedy,
  }
}

/** The title of a finding, to stand in another sentence. */
export function titleOf({ title, titleWording }: Finding): Said {
  return saidOf(title, titleWording)
}

/** A finding with its texts in the language. */
export function sayFinding(found: Finding, language: Language | null): Finding {
  const { title, titleWording, detail, detailWording, remedy } = found
  return {
    ...found,
    title: sayText(title, titleWording, language),
    detail: detail && sayText(detail, detailWording, language),
    remedy: remedy && sayOwnRemedy(remedy, language),
  }
}
