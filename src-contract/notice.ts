import type { NoticeFact } from './observe.ts'
import { type SentenceValues, sentence } from './sentence.ts'
import type { NoticeReason } from './sentences/notices.ts'

/** The event that gives people one of the sentences in `sentences/notices.ts`, with its values. */
export function notice<R extends NoticeReason>(reason: R, ...values: SentenceValues<R>): NoticeFact {
  return { type: 'notice', ...sentence(reason, ...values), reason }
}
