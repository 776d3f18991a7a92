import { usageError } from '../command/usage-error.ts'
import {
  type AnyMount,
  absolute,
  isVolumeName,
  ofFolder,
  ofVolume,
  requireAbsolute,
  requireKeptApart,
  requireOneMode,
  type Surroundings,
} from './mount.ts'
import { parseSize } from './size.ts'

type MountType = 'bind' | 'volume' | 'tmpfs'

/** Docker's names of the fields, and the ones that they are short for. */
const keys: Readonly<Record<string, string>> = {
  ...{ type: 'type', source: 'source', src: 'source', target: 'target', dst: 'target', destination: 'target' },
  ...{ 'bind-propagation': 'propagation', 'tmpfs-size': 'size', 'tmpfs-mode': 'mode', consistency: 'consistency' },
}
/** What may be said without a value, or with true and false, and the word of the short form for it. */
const switches: Readonly<Record<string, { readonly word: string; readonly of: readonly MountType[] }>> = {
  readonly: { word: 'ro', of: ['bind', 'volume'] },
  ro: { word: 'ro', of: ['bind', 'volume'] },
  rw: { word: 'rw', of: ['bind', 'volume'] },
  recursive: { word: 'recursive', of: ['bind'] },
  nowatch: { word: 'nowatch', of: ['bind'] },
  'volume-nocopy': { word: 'nocopy', of: ['volume'] },
}
const valuesOf: Readonly<Record<MountType, readonly string[]>> = {
  bind: ['type', 'source', 'target', 'propagation', 'consistency'],
  volume: ['type', 'source', 'target', 'consistency'],
  tmpfs: ['type', 'target', 'size', 'mode', 'consistency'],
}

/** Reads Docker's long form: `type=bind|volume|tmpfs,source=SOURCE,target=TARGET[,readonly]...`, also for paths with a colon. */
export function parseLongMount(text: string, surroundings: Surroundings): AnyMount {
  const { values, words } = readFields(text)
  const [source, target] = [values.get('source'), values.get('target')]
  const type = typeOf(text, values)
  if (!target) throw usageError('usage-mount-long', { text })
  for (const [key, { name }] of named(values)) if (!valuesOf[type].includes(key)) throw foreign(text, name, type)
  for (const word of words) if (!isOf(word, type)) throw foreign(text, word, type)
  requireAbsolute('--mount', text, target)
  requireOneMode('--mount', text, words)
  requireKeptApart('--mount', text, [values.get('propagation') ?? ''])
  if (type === 'tmpfs') return tmpfs(text, target, values)
  if (type === 'volume') return ofVolume({ volume: volumeName(source), target }, words)
  if (!source) throw usageError('usage-mount-long', { text })
  return ofFolder({ source: absolute(source, surroundings), target }, words)
}

interface Fields {
  readonly values: Values
  /** As the short form has them. */
  readonly words: readonly string[]
}
type Values = Map<string, string>

function readFields(text: string): Fields {
  const values: Values = new Map()
  const words: string[] = []
  for (const field of splitFields(text)) {
    const at = field.indexOf('=')
    const [name, value] = at < 0 ? [field, null] : [field.slice(0, at), field.slice(at + 1)]
    const key = keys[name]
    const known = switches[name]
    if (key !== undefined && value !== null) values.set(key, value)
    else if (known === undefined) throw usageError('usage-mount-word', { text, word: field })
    else if (value === null || isTrue(text, field, value)) words.push(known.word)
  }
  return { values, words }
}

function isTrue(text: string, field: string, value: string): boolean {
  if (['true', '1'].includes(value)) return true
  if (['false', '0'].includes(value)) return false
  throw usageError('usage-mount-word', { text, word: field })
}

/** At commas; a field in quotes may hold them, as in Docker's. */
function splitFields(text: string): string[] {
  const fields = [...text.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, field = '']) => field)
  // The expression matches once more at the end.
  fields.pop()
  return fields.map((field) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field))
}

/** As Docker has it a volume where nothing is said; but a path can be only a folder or file of this machine. */
function typeOf(text: string, values: Values): MountType {
  const type = values.get('type')
  if (type === 'bind' || type === 'volume' || type === 'tmpfs') return type
  if (type !== undefined) throw usageError('usage-mount-type', { text, type })
  const source = values.get('source')
  return source === undefined || isVolumeName(source) ? 'volume' : 'bind'
}

function named(values: Values): (readonly [key: string, { readonly name: string }])[] {
  return [...values.keys()].map((key) => [key, { name: Object.keys(keys).find((name) => keys[name] === key) ?? key }])
}

function isOf(word: string, type: MountType): boolean {
  return Object.values(switches).some((known) => known.word === word && known.of.includes(type))
}

function foreign(text: string, word: string, type: MountType): Error {
  return usageError('usage-mount-foreign', { text, word, type })
}

function volumeName(source: string | undefined): string | null {
  if (source === undefined || source === '') return null
  if (!isVolumeName(source)) throw usageError('usage-volume-name', { text: source })
  return source
}

/** Everybody may write to one, as Docker has it. */
function tmpfs(text: string, target: string, values: Values): AnyMount {
  const [size, mode] = [values.get('size'), values.get('mode')]
  if (mode !== undefined && !/^0?1777$/.test(mode)) {
    throw usageError('usage-mount-word', { text, word: `tmpfs-mode=${mode}` })
  }
  return { field: 'tmpfs', value: `${target}${size === undefined ? '' : `:size=${parseSize('--mount', size)}`}` }
}
