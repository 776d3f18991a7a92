import { usageError } from '../command/usage-error.ts'

/**
 * Splits `--entrypoint "sh -c 'echo hi'"` into words as a shell does: quotes and backslashes, and nothing else
 * (no variables, no globs).
 */
export function splitWords(option: string, text: string): string[] {
  const words: string[] = []
  const scanner = /\s+|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)|([\s\S])/g
  let word: string | undefined
  for (const [whole, single, double, escaped, plain, stray] of text.matchAll(scanner)) {
    if (stray !== undefined) throw usageError('usage-quote-open', { option, text })
    if (/^\s+$/.test(whole)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '')
    }
  }
  if (word !== undefined) words.push(word)
  return words
}

/** Reads `-l NAME=VALUE`; a bare NAME has an empty value, as Docker has it. */
export function parseLabels(texts: readonly string[]): Record<string, string> {
  const entries = texts.map((text): [string, string] => {
    const equals = text.indexOf('=')
    const name = equals < 0 ? text : text.slice(0, equals)
    if (name === '') throw usageError('usage-label', { text })
    return [name, equals < 0 ? '' : text.slice(equals + 1)]
  })
  return Object.fromEntries(entries)
}

/** Reads `--sysctl NAME=VALUE`; slashes in a name are dots, as sysctl(8) has it. */
export function parseSettings(texts: readonly string[]): Record<string, string> {
  const entries = texts.map((text): [string, string] => {
    const equals = text.indexOf('=')
    if (equals < 1) throw usageError('usage-sysctl', { text })
    return [text.slice(0, equals).replaceAll('/', '.'), text.slice(equals + 1)]
  })
  return Object.fromEntries(entries)
}

/** Drops the `--` that may stand between the sandbox or image and the command. */
export function commandWords(words: readonly string[]): readonly string[] {
  return words[0] === '--' ? words.slice(1) : words
}
