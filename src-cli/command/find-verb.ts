import { verbGroups, verbs } from '../verbs.ts'
import { nearest } from './nearest.ts'
import { usageError } from './usage-error.ts'
import type { Verb, VerbGroup } from './verb.ts'

/** What Docker calls otherwise; only for the hint. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['list', 'ls'],
  ['info', 'doctor'],
  ['df', 'system df'],
  ['remove', 'rm'],
  ['delete', 'rm'],
  ['status', 'agent status'],
  ['shell', 'exec -it'],
  ['sh', 'exec -it'],
  ['system prune', 'prune'],
  ['system info', 'doctor'],
  ['system events', 'events'],
])

export interface FoundVerb {
  readonly verb: Verb
  readonly args: readonly string[]
}

/** Finds the verb at the start of the words, of one or of two words. */
export function findVerb(words: readonly string[]): FoundVerb {
  const [first = '', second] = words
  const single = verbs.find(({ name }) => name === first)
  if (single) return { verb: single, args: words.slice(1) }
  const family = verbs.filter(({ name }) => name.startsWith(`${first} `))
  if (family.length === 0) throw ofContainer(first, second) ?? unknownVerb(first)
  const double = family.find(({ name }) => name === `${first} ${second}`)
  if (double) return { verb: double, args: words.slice(2) }
  throw unknownInFamily(first, second, family)
}

/** The verbs that begin with a word, below their titles, for `joey image --help`. */
export function familyOf(word: string): readonly VerbGroup[] {
  return verbGroups
    .map(({ title, verbs }) => ({ title, verbs: verbs.filter(({ name }) => name.startsWith(`${word} `)) }))
    .filter(({ verbs }) => verbs.length > 0)
}

/** `docker container ls`: what belongs to sandboxes stands alone here. */
function ofContainer(first: string, second: string | undefined): Error | undefined {
  if (first !== 'container' || second === undefined) return undefined
  const close = verbs.some(({ name }) => name === second) ? second : elsewhere.get(second)
  return close === undefined ? undefined : usageError('usage-command-unknown', { word: `${first} ${second}`, close })
}

function unknownVerb(word: string): Error {
  const firstWords = [...new Set(verbs.map(({ name }) => name.split(' ')[0] ?? name)), 'help']
  const close = elsewhere.get(word) ?? nearest(word, firstWords)
  return usageError('usage-command-unknown', { word, ...(close && { close }) })
}

function unknownInFamily(first: string, second: string | undefined, family: readonly Verb[]): Error {
  const names = family.map(({ name }) => name.slice(first.length + 1))
  if (second === undefined || second.startsWith('-')) {
    return usageError('usage-command-word-missing', { first, names: names.join(', ') })
  }
  const word = `${first} ${second}`
  const near = nearest(second, names)
  const close = elsewhere.get(word) ?? (near && `${first} ${near}`)
  return usageError('usage-command-word-unknown', { word, names: names.join(', '), ...(close && { close }) })
}
