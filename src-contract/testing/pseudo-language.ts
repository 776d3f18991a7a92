import type { Language, Translation } from '../language.ts'
import type { ReasonEntry, SentenceEntry } from '../reasons/define.ts'
import { reasons } from '../reasons/index.ts'
import { sentences } from '../sentences/index.ts'

/** A language that is not English and can still be read: every template between brackets, with its reason before it. */
export const pseudoLanguage: Language = {
  tag: 'en-XA',
  reasons: Object.fromEntries(
    Object.entries<SentenceEntry & Pick<ReasonEntry, 'remedy'>>({ ...reasons, ...sentences }).map(
      ([reason, { sentence, remedy }]): [string, Translation] => [
        reason,
        {
          sentence: `[${reason}: ${sentence}]`,
          ...(remedy?.kind === 'runCommand' && { why: `[${remedy.why}]` }),
        },
      ],
    ),
  ) as Language['reasons'],
}
