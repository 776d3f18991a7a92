import { isSecretName, looksRandom, redactText, takenOut } from './secret-words.ts'

/** Takes secrets out of what goes into a support bundle. */
export interface Redactor {
  /** Learns the secrets of a value, so that they are found in every other text too. To be called with all, before anything is redacted. */
  learn(value: unknown): void
  /** Learns a text that must not leave this machine, whatever it looks like. */
  learnText(text: string): void
  value(value: unknown): unknown
  text(text: string): string
  /** How many values were taken out so far. */
  count(): number
}

/** Shorter ones stand in too many other words: they are taken out where they are, and not looked for elsewhere. */
const shortestLearned = 5
/** What stands in every image says nothing of anybody. */
const publicNames: ReadonlySet<string> = new Set(['PATH', 'HOME', 'TERM', 'LANG', 'LC_ALL', 'PWD', 'SHELL', 'HOSTNAME'])
/** Words that Joey itself uses in what it says of a sandbox. */
const publicWords: ReadonlySet<string> = new Set([
  'false',
  'running',
  'stopped',
  'busybox',
  'container',
  'gvisor',
  'microvm',
])
/** Fields that hold what guests and people wrote, of which nothing is needed. */
const environmentFields: ReadonlySet<string> = new Set(['env', 'environment'])
const freeTextFields: ReadonlySet<string> = new Set(['labels', 'annotations', 'note', 'output', 'username'])
const commandFields: ReadonlySet<string> = new Set(['argv', 'command', 'entrypoint', 'cmd', 'test', 'args'])

export function createRedactor(): Redactor {
  const learned = new Set<string>()
  let taken = 0
  const take = (): string => {
    taken += 1
    return takenOut
  }
  const learnText = (text: string): void => {
    if (text.length >= shortestLearned && !publicWords.has(text)) learned.add(text)
  }
  const text = (given: string): string => {
    let redacted = given
    // The longest first: one may stand in another.
    for (const secret of [...learned].sort((one, other) => other.length - one.length)) {
      for (const form of formsOf(secret)) if (redacted.includes(form)) redacted = redacted.replaceAll(form, take)
    }
    return redactText(redacted, take)
  }
  const value = (given: unknown): unknown =>
    walk(given, { onSecret: take, onText: text, onHint: () => undefined, onFreeText: take })
  return {
    learn: (given) => {
      walk(given, {
        onSecret: (secret) => {
          learnText(secret)
          return takenOut
        },
        onText: (each) => each,
        onHint: learnText,
        onFreeText: () => takenOut,
      })
    },
    ...{ learnText, value, text, count: () => taken },
  }
}

/** As it stands, and as JSON writes it inside of a text. */
function formsOf(secret: string): readonly string[] {
  return [...new Set([secret, JSON.stringify(secret).slice(1, -1)])]
}

interface Visitor {
  /** Gives what stands in the place of a secret. */
  readonly onSecret: (secret: string) => string
  readonly onText: (text: string) => string
  /** A secret inside of a text. */
  readonly onHint: (secret: string) => void
  /** For what people and guests have written: of no use to who helps, and too often plain words to be looked for elsewhere. */
  readonly onFreeText: () => string
}

function walk(given: unknown, visitor: Visitor, name = ''): unknown {
  if (typeof given === 'string') return isSecretName(name) ? visitor.onSecret(given) : visitor.onText(given)
  if (Array.isArray(given)) {
    if (environmentFields.has(name)) return given.map((each) => walkAssignment(each, visitor))
    if (commandFields.has(name) && given.every((each) => typeof each === 'string')) return walkWords(given, visitor)
    return given.map((each) => walk(each, visitor, name))
  }
  if (given === null || typeof given !== 'object') return given
  const entries = Object.entries(given as Readonly<Record<string, unknown>>)
  if (environmentFields.has(name))
    return Object.fromEntries(entries.map(([key, each]) => [key, hide(key, each, visitor)]))
  return Object.fromEntries(
    entries.map(([key, each]) => {
      if (freeTextFields.has(key)) return [key, hideAll(each, { ...visitor, onSecret: visitor.onFreeText })]
      if (commandFields.has(key) && typeof each === 'string') return [key, walkWords([each], visitor)[0]]
      return [key, walk(each, visitor, key)]
    }),
  )
}

/** `NAME=VALUE`, or a list of pairs. */
function walkAssignment(given: unknown, visitor: Visitor): unknown {
  if (typeof given !== 'string') return hideAll(given, visitor)
  const at = given.indexOf('=')
  if (at === -1) return given
  const [name, assigned] = [given.slice(0, at), given.slice(at + 1)]
  return `${name}=${String(hide(name, assigned, visitor))}`
}

function hide(key: string, given: unknown, visitor: Visitor): unknown {
  if (publicNames.has(key)) return given
  return hideAll(given, visitor)
}

function hideAll(given: unknown, visitor: Visitor): unknown {
  if (typeof given === 'string') return given === '' ? '' : visitor.onSecret(given)
  if (Array.isArray(given)) return given.map((each) => hideAll(each, visitor))
  if (given === null || typeof given !== 'object') return given
  return Object.fromEntries(Object.entries(given).map(([key, each]) => [key, hideAll(each, visitor)]))
}

/** The words of a command: what follows an option with a telling name, is assigned to one, or looks made by chance. */
function walkWords(words: readonly string[], visitor: Visitor): string[] {
  return words.map((word, index) => {
    const before = words[index - 1] ?? ''
    if (/^--?[A-Za-z]/.test(before) && !before.includes('=') && isSecretName(before) && !word.startsWith('-'))
      return visitor.onSecret(word)
    const [, name = '', assigned] = /^(-{0,2}[A-Za-z][\w.-]*)=([\s\S]+)$/.exec(word) ?? []
    if (assigned !== undefined && (isSecretName(name) || looksRandom(assigned)))
      return `${name}=${visitor.onSecret(assigned)}`
    if (looksRandom(word)) return visitor.onSecret(word)
    // A script in one word: what is in it is learned too.
    for (const secret of secretsIn(word)) visitor.onHint(secret)
    return visitor.onText(word)
  })
}

/** What a script says in one word: values that are assigned to telling names, given to such options, or stand in an address. */
const inScripts: readonly RegExp[] = [
  /()[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:([^\s/@]+)@/gi,
  /([A-Za-z_][\w.-]*)=("[^"]*"|'[^']*'|[^\s"';&|]+)/g,
  /--?([A-Za-z][\w.-]*)\s+("[^"]*"|'[^']*'|[^\s"';&|-][^\s"';&|]*)/g,
  /(authorization): *(?:bearer|basic) +([^\s"']+)/gi,
]

function secretsIn(script: string): readonly string[] {
  return inScripts.flatMap((form) =>
    [...script.matchAll(form)].flatMap(([, name = '', value = '']) => {
      const isTelling = name === '' || isSecretName(name) || /^authorization$/i.test(name)
      return isTelling ? [value.replace(/^["']|["']$/g, '')] : []
    }),
  )
}
