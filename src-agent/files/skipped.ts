import type { FileKind } from '#contract/files'
import { toShownPath } from './tree-paths.ts'

/** What a copy leaves out, as sentences. */
export interface Skipped {
  /** Gives null, so that it can be what a step returns. */
  add(path: string, why: string): null
  list(): string[]
}

const maxMessages = 1000

export function createSkipped(): Skipped {
  const messages: string[] = []
  let more = 0
  return {
    add(path, why) {
      if (messages.length < maxMessages) messages.push(`${toShownPath(path)} ${why}.`)
      else more += 1
      return null
    },
    list: () => (more === 0 ? messages : [...messages, `And ${more} more.`]),
  }
}

export function specialWord(kind: FileKind): string {
  if (kind === 'fifo') return 'is a named pipe'
  return kind === 'socket' ? 'is a socket' : 'is a device'
}
