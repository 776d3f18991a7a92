import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { SecretFinding } from '#contract/archive'
import { toPathText } from '#contract/guest-path-text'
import { sentence, wordingOf } from '#contract/sentence'
import type { Bytes } from '../../storage/tar/byte-reader.ts'
import { type Content, readEntries } from '../../storage/tar/read-entries.ts'
import { findInText, findInVariable, type TextFinding } from './find-in-text.ts'

export interface ScanResult {
  readonly findings: readonly SecretFinding[]
  readonly files: number
  readonly bytes: number
  readonly truncated: boolean
  /** By the id of a finding: the path (latin1, without slash at the start) or the name of the variable. */
  readonly places: ReadonlyMap<string, Place>
}

export type Place = { readonly file: string } | { readonly variable: string }

const mostFindings = 1_000
/** Of one file; keys lie at the start of small files, not in the middle of large ones. */
const mostBytes = 8 * 2 ** 20
const headBytes = 8 * 1024
const windowBytes = 256 * 1024
/** The longest that a rule looks for fits in. */
const overlapBytes = 16 * 1024

/** Looks for secrets in what was written, layer by layer: what a later layer hides leaves with the earlier one too. */
export async function scanLayers(
  layers: readonly (() => Bytes)[],
  environments: readonly Readonly<Record<string, string>>[],
  onBytes: (bytes: number) => void = () => {},
): Promise<ScanResult> {
  const findings = new Map<string, SecretFinding>()
  const places = new Map<string, Place>()
  let [files, bytes, truncated] = [0, 0, false]
  const add = (where: SecretFinding['where'], path: string, place: Place, found: TextFinding) => {
    const line = where === 'file' ? found.line : null
    const id = createHash('sha256')
      .update(JSON.stringify([where, path, found.rule, line]))
      .digest('hex')
      .slice(0, 16)
    if (findings.size >= mostFindings && !findings.has(id)) truncated = true
    else {
      const title = sentence(`secret-${found.rule}`)
      const about = { rule: found.rule, title: title.message, titleWording: wordingOf(title) }
      findings.set(id, { id, ...about, where, path, line, excerpt: found.excerpt })
      places.set(id, place)
    }
  }
  for (const [name, value] of environments.flatMap((each) => Object.entries(each))) {
    const found = findInVariable(name, value)
    if (found) add('environment', name, { variable: name }, found)
  }
  for (const open of layers) {
    for await (const { entry, content } of readEntries(open())) {
      if (entry.type !== '0' || entry.stored === 0) continue
      files += 1
      bytes += entry.stored
      onBytes(bytes)
      const text = await readText(content)
      if (text === null) continue
      const path = `/${toPathText(Buffer.from(entry.path, 'latin1'))}`
      for await (const found of findInWindows(entry.path, text)) add('file', path, { file: entry.path }, found)
    }
  }
  return { findings: [...findings.values()], files, bytes, truncated, places }
}

/** Piece by piece, so that a text made to be slow to search does not keep the agent from everything else. */
async function* findInWindows(path: string, text: string): AsyncGenerator<TextFinding> {
  let line = 0
  for (let at = 0; at < text.length; at += windowBytes) {
    await setImmediate()
    for (const found of findInText(path, text.slice(at, at + windowBytes + overlapBytes))) {
      yield { ...found, line: found.line + line }
    }
    for (let end = text.indexOf('\n', at); end >= 0 && end < at + windowBytes; end = text.indexOf('\n', end + 1))
      line += 1
  }
}

/** Null of what is no text. Archives and pictures are recognised by the zeros in them. */
async function readText(content: Content): Promise<string | null> {
  const parts: Buffer[] = []
  let size = 0
  for (;;) {
    const next = await content.next()
    if (next.done) break
    if (size === 0 && next.value.subarray(0, headBytes).includes(0)) return null
    parts.push(next.value)
    size += next.value.length
    if (size >= mostBytes) break
  }
  const whole = Buffer.concat(parts)
  // Checked once more, because the first piece may have been short.
  return whole.subarray(0, headBytes).includes(0) ? null : whole.toString('latin1')
}
