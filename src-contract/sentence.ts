import { flattenParams, type GivenParams, type ParamsOf, type Said } from './reasons/define.ts'
import { fillTemplate } from './reasons/template.ts'
import { sentences } from './sentences/index.ts'
import type { Sentence, Wording } from './wire-texts.ts'

export type { Sentence, Wording }

/** The wording of a sentence whose text travels beside it. */
export function wordingOf({ reason, params }: Wording): Wording {
  return { reason, ...(params && { params }) }
}

/** A text with its wording as one thing, to stand in another sentence. Without a wording only the text is known. */
export function saidOf(message: string, wording: Wording | undefined): Said {
  return { reason: 'text-alone', ...wording, message }
}

/** Sentences as a list of texts and the list of their wordings travel beside each other. */
export function listOf(said: readonly Said[]): { texts: string[]; wordings: Wording[] } {
  return { texts: said.map(({ message }) => message), wordings: said.map(wordingOf) }
}

export type SentenceReason = keyof typeof sentences
/** What a call gives besides the reason: nothing where its sentence has no values. */
export type SentenceValues<R extends SentenceReason> = (typeof sentences)[R] extends { readonly params: unknown }
  ? [params: ParamsOf<(typeof sentences)[R]>]
  : [params?: Readonly<Record<string, never>>]

/** One of the sentences in `sentences/`, with its values. */
export function sentence<R extends SentenceReason>(reason: R, ...values: SentenceValues<R>): Sentence
export function sentence(reason: SentenceReason, given: GivenParams = {}): Sentence {
  const params = flattenParams(given)
  const message = fillTemplate(sentences[reason].sentence, params)
  return { reason, message, ...(Object.keys(params).length > 0 && { params }) }
}
