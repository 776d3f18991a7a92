import type { Language, Translation } from '../languages/define.ts'
import type { ReasonEntry, SentenceEntry } from '../reasons/define.ts'
import { reasons } from '../reasons/index.ts'
import { sentences } from '../sentences/index.ts'

/** A language that is not English and can still be read: every template between brackets, with its reason before it. */
export const pseudoLanguage: Language = {
  tag: 'en-XA',
  between: ' ',
  reasons: Object.fromEntries(
    Object.entries<SentenceEntry & Pick<ReasonEntry, 'remedy'>>({ ...reasons, ...sentences }).map(
      ([reason, { sentence, remedy }]): [string, Translation] => [
        reason,
        remedy?.kind === 'runCommand'
          ? { sentence: `[${reason}: ${sentence}]`, why: `[${remedy.why}]` }
          : `[${reason}: ${sentence}]`,
      ],
    ),
  ) as Language['reasons'],
}
