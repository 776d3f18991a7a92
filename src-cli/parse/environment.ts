import { readFileSync } from 'node:fs'
import { usageError } from '../command/usage-error.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** The variables of `--env-file` and then `-e`, later ones winning. A bare NAME is taken from the caller, if set. */
export function readEnvironment(
  files: readonly string[],
  assignments: readonly string[],
  caller: Variables,
): Record<string, string> {
  const entries = new Map<string, string>()
  for (const file of files) {
    for (const [number, line] of readLines(file).entries()) {
      const text = line.trimStart()
      if (text !== '' && !text.startsWith('#')) assign(entries, text, caller, `${file}, line ${number + 1}`)
    }
  }
  for (const text of assignments) assign(entries, text, caller, `-e ${text}`)
  return Object.fromEntries(entries)
}

function assign(entries: Map<string, string>, text: string, caller: Variables, where: string): void {
  const equals = text.indexOf('=')
  const name = equals < 0 ? text : text.slice(0, equals)
  if (name === '' || /[\s\0]/.test(name)) throw usageError(`${where}: not a variable. Write NAME=VALUE, or only NAME.`)
  const value = equals < 0 ? caller[name] : text.slice(equals + 1)
  if (value !== undefined) entries.set(name, value)
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
  } catch (error) {
    throw usageError(`--env-file ${file}: cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`)
  }
}
