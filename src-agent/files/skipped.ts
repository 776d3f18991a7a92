import type { FileKind } from '#contract/files'
import { listOf, type Sentence, type SentenceValues, sentence, type Wording } from '#contract/sentence'
import { toShownPath } from './tree-paths.ts'

type Why = SentenceValues<'copy-skipped'>[0]['why']

/** What a copy leaves out. */
export interface Skipped {
  /** Gives null, so that it can be what a step returns. */
  add(path: string, why: Why): null
  /** As it travels. */
  list(): { readonly skipped: string[]; readonly skippedWordings: Wording[] }
}

const maxMessages = 1000

export function createSkipped(): Skipped {
  const messages: Sentence[] = []
  let more = 0
  return {
    add(path, why) {
      if (messages.length < maxMessages) messages.push(sentence('copy-skipped', { path: toShownPath(path), why }))
      else more += 1
      return null
    },
    list() {
      const { texts, wordings } = listOf(
        more === 0 ? messages : [...messages, sentence('copy-skipped-more', { count: more })],
      )
      return { skipped: texts, skippedWordings: wordings }
    },
  }
}

/** Why something is left out that is neither a file, a folder nor a link. */
export function specialWord(kind: FileKind): Why {
  return kind === 'fifo' || kind === 'socket' ? kind : 'device'
}
