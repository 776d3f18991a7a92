export type ShellWords =
  | { readonly ok: true; readonly words: string[] }
  | { readonly ok: false; readonly problem: 'open-quote' | 'open-escape' }

/**
 * Splits a command line as a POSIX shell splits words: quotes and backslashes only. No variables, globs or
 * operators; what needs those is typed as `sh -c '…'`, and the words travel to the engine as they are.
 */
export function splitShellWords(line: string): ShellWords {
  const words: string[] = []
  let word: string | null = null
  let index = 0
  while (index < line.length) {
    const char = line[index] ?? ''
    if (/\s/.test(char)) {
      if (word !== null) words.push(word)
      word = null
      index++
      continue
    }
    const part = readPart(line, index)
    if (typeof part === 'string') return { ok: false, problem: part }
    word = (word ?? '') + part.text
    index = part.next
  }
  if (word !== null) words.push(word)
  return { ok: true, words }
}

interface Part {
  readonly text: string
  readonly next: number
}

function readPart(line: string, index: number): Part | 'open-quote' | 'open-escape' {
  const char = line[index] ?? ''
  if (char === "'") return readSingleQuoted(line, index + 1)
  if (char === '"') return readDoubleQuoted(line, index + 1)
  if (char !== '\\') return { text: char, next: index + 1 }
  const escaped = line[index + 1]
  if (escaped === undefined) return 'open-escape'
  return { text: escaped === '\n' ? '' : escaped, next: index + 2 }
}

function readSingleQuoted(line: string, start: number): Part | 'open-quote' {
  const end = line.indexOf("'", start)
  return end < 0 ? 'open-quote' : { text: line.slice(start, end), next: end + 1 }
}

function readDoubleQuoted(line: string, start: number): Part | 'open-quote' {
  let text = ''
  for (let index = start; index < line.length; index++) {
    const char = line[index] ?? ''
    if (char === '"') return { text, next: index + 1 }
    const after = line[index + 1]
    if (char === '\\' && after !== undefined && '"\\$`\n'.includes(after)) {
      text += after === '\n' ? '' : after
      index++
    } else text += char
  }
  return 'open-quote'
}

/** The reverse, for showing: quotes a word only where it must be. */
export function joinShellWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}
