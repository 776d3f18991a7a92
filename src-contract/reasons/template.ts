import type { Remedy } from '../wire-texts.ts'
import type { Params } from './define.ts'

/**
 * Sentences with places for values, in the part of ICU's message format that they need:
 * - `{name}` is the value itself,
 * - `{count, plural, =0 {none} one {# file} other {# files}}` chooses by a number, and `#` is that number,
 * - `{state, select, paused {Resume it.} other {Stop it.}}` chooses by a word; `=` is for a text that is empty or left out.
 * Branches may hold places in turn. `'{'` stands for a brace.
 */
export type Part = string | Place
export interface Place {
  readonly name: string
  readonly choice?: { readonly by: 'plural' | 'select'; readonly branches: ReadonlyMap<string, readonly Part[]> }
}

/** Fills in a template. `language` chooses the plural's branch. A value that is missing shows as its name in braces. */
export function fillTemplate(template: string, params: Params, language = 'en'): string {
  return fill(partsOf(template), { params, language, count: '' })
}

/**
 * The remedy with its values. What stands in a command is quoted where a shell would take it apart. None where the
 * template leaves the command empty: not everything that has the reason can be helped in the same way.
 */
export function fillRemedy(remedy: Remedy, params: Params): Remedy | undefined {
  if (remedy.kind === 'openLog') return { ...remedy, path: fillTemplate(remedy.path, params) }
  if (remedy.kind !== 'runCommand') return remedy
  const quoted = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, value === '' ? '' : quote(String(value))]),
  )
  const command = fillTemplate(remedy.command, quoted)
  return command === '' ? undefined : { ...remedy, command, why: fillTemplate(remedy.why, params) }
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** The names of the values that a template uses, those inside of branches too. */
export function namesIn(parts: readonly Part[]): Set<string> {
  const names = new Set<string>()
  for (const part of parts) {
    if (typeof part === 'string') continue
    names.add(part.name)
    for (const branch of part.choice?.branches.values() ?? []) for (const name of namesIn(branch)) names.add(name)
  }
  return names
}

/** Each template once: the isolation of many sandboxes is thousands of sentences, said anew with every view. */
const parsed = new Map<string, readonly Part[]>()

function partsOf(template: string): readonly Part[] {
  const known = parsed.get(template)
  if (known) return known
  const parts = parseTemplate(template)
  parsed.set(template, parts)
  return parts
}

/** Throws where braces do not match or a choice is not well formed: tests parse every template once. */
export function parseTemplate(template: string): readonly Part[] {
  const scan = { template, at: 0 }
  const parts = parseParts(scan)
  if (scan.at < template.length) throw new SyntaxError(`A brace too many at ${scan.at} of: ${template}`)
  return parts
}

interface Scan {
  readonly template: string
  at: number
}
interface Filling {
  readonly params: Params
  readonly language: string
  /** What `#` stands for. */
  readonly count: string
}

function fill(parts: readonly Part[], filling: Filling): string {
  return parts
    .map((part) => (typeof part === 'string' ? part.replaceAll('#', filling.count || '#') : put(part, filling)))
    .join('')
}

function put({ name, choice }: Place, filling: Filling): string {
  const value = Object.hasOwn(filling.params, name) ? filling.params[name] : undefined
  if (value === undefined && choice === undefined) return `{${name}}`
  if (choice === undefined) return String(value)
  const { branches } = choice
  if (choice.by === 'select') {
    const word = value === undefined || value === '' ? '=' : String(value)
    return fill(branches.get(word) ?? branches.get('other') ?? [], filling)
  }
  const number = Number(value)
  const branch = branches.get(`=${number}`) ?? branches.get(pluralOf(number, filling.language)) ?? branches.get('other')
  return fill(branch ?? [], { ...filling, count: String(number) })
}

function pluralOf(number: number, language: string): string {
  return new Intl.PluralRules(language).select(number)
}

function parseParts(scan: Scan): Part[] {
  const parts: Part[] = []
  let text = ''
  const close = () => {
    if (text !== '') parts.push(text)
    text = ''
  }
  for (; scan.at < scan.template.length; ) {
    const rest = scan.template.slice(scan.at)
    const [quoted] = /^'[{}]'/.exec(rest) ?? []
    if (quoted !== undefined) {
      text += quoted[1]
      scan.at += quoted.length
    } else if (rest.startsWith('}')) break
    else if (rest.startsWith('{')) {
      close()
      parts.push(parsePlace(scan))
    } else {
      text += rest[0]
      scan.at += 1
    }
  }
  close()
  return parts
}

function parsePlace(scan: Scan): Place {
  const name = expect(scan, /^\{\s*([A-Za-z][A-Za-z0-9]*)\s*/)
  if (scan.template[scan.at] === '}') {
    scan.at += 1
    return { name }
  }
  const by = expect(scan, /^,\s*(plural|select)\s*,\s*/) === 'plural' ? 'plural' : 'select'
  const branches = new Map<string, readonly Part[]>()
  while (scan.template[scan.at] !== '}') {
    const key = expect(scan, /^(=?[A-Za-z0-9-]*)\s*\{/)
    branches.set(key, parseParts(scan))
    expect(scan, /^(\}\s*)/)
  }
  scan.at += 1
  if (by === 'plural' && !branches.has('other')) throw new SyntaxError(`No branch "other" in: ${scan.template}`)
  return { name, choice: { by, branches } }
}

function expect(scan: Scan, pattern: RegExp): string {
  const found = pattern.exec(scan.template.slice(scan.at))
  if (!found) throw new SyntaxError(`Not understood at ${scan.at}: ${scan.template}`)
  scan.at += found[0].length
  return found[1] ?? ''
}
