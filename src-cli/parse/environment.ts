import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { AppError } from '#contract/app-error'
import { type Sentence, sentence } from '#contract/sentence'
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
    for (const [number, line] of readLines('--env-file', file).entries()) {
      const text = line.trimStart()
      if (text !== '' && !text.startsWith('#'))
        assign(entries, text, caller, sentence('usage-place-line', { file, line: number + 1 }))
    }
  }
  for (const text of assignments) assign(entries, text, caller, sentence('usage-place-option', { option: '-e', text }))
  return Object.fromEntries(entries)
}

function assign(entries: Map<string, string>, text: string, caller: Variables, where: Sentence): void {
  const equals = text.indexOf('=')
  const name = equals < 0 ? text : text.slice(0, equals)
  if (name === '' || /[\s\0]/.test(name)) throw usageError('usage-variable', { where })
  const value = equals < 0 ? caller[name] : text.slice(equals + 1)
  if (value?.includes('\0')) throw usageError('usage-variable-zero-byte', { where, name })
  if (value !== undefined) entries.set(name, value)
}

/** The lines of `--label-file` that are labels, as Docker reads them. */
export function readLabelFiles(files: readonly string[]): readonly string[] {
  const lines = files.flatMap((file) => readLines('--label-file', file))
  return lines.map((line) => line.trimStart()).filter((line) => line !== '' && !line.startsWith('#'))
}

function readLines(option: string, file: string): readonly string[] {
  try {
    return decodeLines(file, readFileSync(file))
  } catch (error) {
    if (error instanceof AppError) throw error
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    throw usageError('usage-file-unreadable', { option, file, code })
  }
}

/** A mark of the byte order at the start is left out. */
function decodeLines(file: string, bytes: Uint8Array): readonly string[] {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/)
  if (isUtf8(bytes)) return lines
  const line = lines.findIndex((each) => each.includes('\uFFFD')) + 1
  throw usageError('usage-not-text', { where: sentence('usage-place-line', { file, line }) })
}
