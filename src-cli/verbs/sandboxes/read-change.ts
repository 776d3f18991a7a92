import { isDeepStrictEqual } from 'node:util'
import { portText } from '#contract/port-text'
import { type Sandbox, type SandboxSpec, SpecChange } from '#contract/sandbox'
import type { FieldTable, SandboxField } from '#contract/sandbox-field'
import { sandboxFields } from '#contract/sandbox-fields'
import { nearest } from '../../command/nearest.ts'
import { problemOf, usageError } from '../../command/usage-error.ts'
import { parseNetworks } from '../../parse/class.ts'
import { readHealth } from '../../parse/health.ts'
import { parseCpus, parseDisk, parseMemory, parsePids } from '../../parse/size.ts'
import { splitWords } from '../../parse/words.ts'
import { healthField, noCompanions, readFields, type Surroundings } from './run-spec.ts'

type Key = keyof SpecChange
type Around = Omit<Surroundings, 'grants'>

interface Wish {
  readonly word: string
  readonly way: '=' | '+=' | '-='
  readonly value: string
}

/** The specification that the next start of a sandbox has. */
export function specToBe({ spec, pending }: Pick<Sandbox, 'spec' | 'pending'>): SandboxSpec {
  return { ...spec, ...(pending?.spec as Partial<SandboxSpec> | undefined) }
}

/**
 * Reads `FIELD=VALUE`, `FIELD+=VALUE` and `FIELD-=VALUE` into a change of what is there. Fields have the names of the options
 * of `joey run`, or those that `joey inspect` shows; what can be several is given several times.
 */
export function readChange(texts: readonly string[], present: SandboxSpec, around: Around): SpecChange {
  const change: SpecChange = {}
  requireOneCheck(texts.map(readWish))
  for (const [field, [first, ...more]] of Map.groupBy(texts.map(readWish), fieldOf)) {
    if (!first) continue
    const part = readPart([first, ...more], { ...present, ...(change as Partial<SandboxSpec>) }, around)
    const checked = SpecChange.safeParse(part)
    if (!checked.success) {
      // As of `joey run`: what the contract calls the field nobody has to know.
      const flag = flagOf(field as Key)
      const where = flag ? `--${flag.name}` : first.word
      throw usageError('usage-not-valid', { where, problem: problemOf(checked.error) })
    }
    Object.assign(change, part, part.limits && { limits: { ...change.limits, ...part.limits } })
  }
  return change
}

/** A check of health and none at all are not to be had together, as of `joey run`. */
function requireOneCheck(wishes: readonly Wish[]): void {
  const hasNone = wishes.some(({ word, value }) => word === 'no-healthcheck' && value !== 'false')
  if (hasNone && wishes.some(({ word }) => word.startsWith('health-'))) throw usageError('usage-no-healthcheck')
}

/** The same for all words of one field, and for no two fields. */
function fieldOf({ word }: Wish): string {
  if (word === 'pids-limit') return 'pids'
  return hasOwnReader(word) ? word : keyOf(word)
}

const hasOwnReader = (word: string): boolean =>
  Object.hasOwn(limitReaders, word) || Object.hasOwn(healthFields, word) || word === 'network'

type Wishes = readonly [Wish, ...Wish[]]

function readPart(own: Wishes, present: SandboxSpec, around: Around): SpecChange {
  const [{ word }] = own
  if (!hasOwnReader(word)) {
    const key = keyOf(word)
    if (key === 'mounts') return readPlaces(own, present, around)
    return { [key]: readValue(own, key, present, around) }
  }
  const value = onlyValue(own)
  if (word === 'network') return readNetwork(value)
  if (Object.hasOwn(limitReaders, word)) return { limits: limitReaders[word]?.(word, value) }
  return {
    [healthField]: { ...present[healthField], ...readHealthPart(word, value) } as SandboxSpec[typeof healthField],
  }
}

/** Of a field that is no list. Of two values one would be thrown away. */
function onlyValue(own: Wishes): string {
  const [{ word, way, value }, again] = own
  if (way !== '=') throw usageError('usage-change-single', { field: word })
  if (again) throw usageError('usage-change-twice', { field: word })
  return value
}

function readWish(text: string): Wish {
  const match = /^([A-Za-z]+(?:-[A-Za-z]+)*)(\+=|-=|=)([\s\S]*)$/.exec(text)
  if (!match) throw usageError('usage-change', { text })
  const [, word = '', way = '=', value = ''] = match
  return { word, way: way as Wish['way'], value }
}

const limitReaders: Readonly<Record<string, (word: string, value: string) => object>> = {
  memory: (word, value) => ({ memoryBytes: parseMemory(word, value) }),
  cpus: (word, value) => ({ cpus: parseCpus(word, value) }),
  pids: (word, value) => ({ pids: parsePids(word, value) }),
  'pids-limit': (word, value) => ({ pids: parsePids(word, value) }),
  disk: (word, value) => ({ diskBytes: parseDisk(word, value) }),
}

const healthFields = {
  'health-cmd': 'command',
  'health-interval': 'intervalMs',
  'health-timeout': 'timeoutMs',
  'health-retries': 'retries',
  'health-start-period': 'startPeriodMs',
  'health-start-interval': 'startIntervalMs',
  'no-healthcheck': 'command',
} as const

/** Each is a part of the check of health; the others stay. */
function readHealthPart(word: string, value: string): object {
  if (word === 'no-healthcheck') return { command: value === 'false' ? null : [] }
  const field = healthFields[word as keyof typeof healthFields]
  const read = readHealth({ [word]: value, 'no-healthcheck': false } as Parameters<typeof readHealth>[0])
  return { [field]: read?.[field] ?? null }
}

/** A way out without a name also leaves the network that it shares with others. */
function readNetwork(value: string): Partial<SpecChange> {
  return { networkName: null, moreNetworks: [], ...parseNetworks([value === '' ? 'nat' : value]) }
}

const otherWords: ReadonlyMap<string, Key> = new Map([
  ['port', 'ports'],
  ['mount', 'mounts'],
  ['volumes', 'mounts'],
])

/** What a word of the command line is called in a specification. */
function keyOf(word: string): Key {
  const names = namesOfFields()
  const key = names.get(word) ?? otherWords.get(word)
  if (key) return key
  const operation = { class: 'joey class set', grant: 'joey grant', grants: 'joey grant', name: 'joey rename' }
  const verb = Object.hasOwn(operation, word) ? operation[word as keyof typeof operation] : undefined
  if (verb) throw usageError('usage-change-elsewhere', { field: word, verb })
  const close = nearest(word, [...names.keys(), ...Object.keys(limitReaders), 'network'])
  throw usageError('usage-change-field', { field: word, ...(close && { close }) })
}

/** The words that stand for fields: the option of `joey run` and the field's own name. */
export function namesOfFields(table: FieldTable = sandboxFields): ReadonlyMap<string, Key> {
  const pairs = Object.entries(table).flatMap(([key, { flag, takesEffect }]) =>
    takesEffect === 'created' || ['limits', 'network', 'volumes', healthField].includes(key)
      ? []
      : [key, ...(flag ? [flag.name] : [])].map((word): [string, Key] => [word, key as Key]),
  )
  return new Map(pairs)
}

function readValue(wishes: Wishes, key: Key, present: SandboxSpec, around: Around): unknown {
  const before: unknown = present[key as keyof SandboxSpec]
  const isMany = typeof before === 'object' && isList(key)
  if (!isMany) return readSingle(key, wishes[0].word, onlyValue(wishes), around)
  const replaces = wishes.some(({ way }) => way === '=')
  let value: unknown = replaces ? emptyOf(before) : before
  for (const { way, value: text } of wishes) {
    if (way === '-=') value = without(key, value, text)
    else if (text !== '') value = together(key, value, { more: readOne(key, [text], around), before })
  }
  return value
}

const isList = (key: Key): boolean => flagOf(key)?.multiple === true

function flagOf(key: Key, table: FieldTable = sandboxFields): SandboxField['flag'] {
  return table[key]?.flag
}

function emptyOf(value: unknown): unknown {
  return Array.isArray(value) ? [] : {}
}

/** As the option of `joey run` reads it. */
function readOne(key: Key, given: unknown, around: Around): unknown {
  return readOption(key, given, around)[key]
}

function readOption(key: Key, given: unknown, { cwd, env }: Around): Partial<Record<Key, unknown>> {
  const flag = flagOf(key)
  const flags = { ...noCompanions, ...(flag && { [flag.name]: given }) }
  return readFields(flags, { cwd, env, grants: [] }) as Partial<Record<Key, unknown>>
}

type Places = Pick<SandboxSpec, 'mounts' | 'volumes'>

/** One option names folders of this machine and volumes. Those that were made for the sandbox stay, unless they are taken away by name. */
function readPlaces(wishes: Wishes, present: SandboxSpec, around: Around): SpecChange {
  const replaces = wishes.some(({ way }) => way === '=')
  let places: Places = replaces
    ? { mounts: [], volumes: present.volumes.filter(({ own }) => own === true) }
    : { mounts: present.mounts, volumes: present.volumes }
  for (const { way, value: text } of wishes) {
    if (way === '-=') places = withoutPlace(places, text)
    else if (text !== '') places = withPlace(places, readOption('mounts', [text], around) as Places)
  }
  const { mounts, volumes } = places
  return {
    ...(!isDeepStrictEqual(mounts, present.mounts) && { mounts }),
    ...(!isDeepStrictEqual(volumes, present.volumes) && { volumes }),
  }
}

/** A place inside has one thing, so what is there goes. */
function withPlace(before: Places, more: Places): Places {
  const taken = new Set([...more.mounts, ...more.volumes].map(({ target }) => target))
  const isFree = ({ target }: { readonly target: string }) => !taken.has(target)
  return {
    mounts: [...before.mounts.filter(isFree), ...more.mounts],
    volumes: [...before.volumes.filter(isFree), ...more.volumes],
  }
}

/** By its place, or by what is there and its place. */
function withoutPlace({ mounts, volumes }: Places, text: string): Places {
  const left = {
    mounts: mounts.filter(({ source, target }) => ![target, `${source}:${target}`].includes(text)),
    volumes: volumes.filter(({ volume, target }) => ![target, `${volume ?? ''}:${target}`].includes(text)),
  }
  if (left.mounts.length + left.volumes.length === mounts.length + volumes.length)
    throw usageError('usage-change-absent', { field: 'volume', text })
  return left
}

function readSingle(key: Key, word: string, text: string, around: Around): unknown {
  if (key === 'image') return text
  if (key === 'command') return text === '' ? null : splitWords(word, text)
  const flag = flagOf(key)
  if (flag?.type === 'boolean') {
    if (text !== 'true' && text !== 'false') throw usageError('usage-option-not-boolean', { option: word, text })
    return text === 'true'
  }
  if (text === '') return null
  return flag ? readOne(key, text, around) : text
}

interface Addition {
  readonly more: unknown
  /** What the sandbox has. */
  readonly before: unknown
}

/** Added to what is there; what it is in place of goes: the same variable, label or place inside. */
function together(key: Key, present: unknown, { more, before }: Addition): unknown {
  if (!Array.isArray(present) || !Array.isArray(more)) return { ...(present as object), ...(more as object) }
  // A port that one change names twice stays so, for the agent to refuse, as of `joey run`.
  const mayGo = key === 'ports' ? new Set(before as unknown[]) : new Set<unknown>(present)
  const clashes = (one: unknown) => mayGo.has(one) && more.some((other: unknown) => isDeepStrictEqual(one, other))
  return [...present.filter((one) => !clashes(one)), ...(more as unknown[])]
}

function without(key: Key, present: unknown, text: string): unknown {
  if (!Array.isArray(present)) {
    const left = Object.entries(present as object).filter(([name]) => name !== text)
    if (left.length === Object.keys(present as object).length)
      throw usageError('usage-change-absent', { field: key, text })
    return Object.fromEntries(left)
  }
  const left = (present as unknown[]).filter((each) => !isNamed(key, each, text))
  if (left.length === present.length) throw usageError('usage-change-absent', { field: key, text })
  return left
}

/** Whether what stands behind `-=` means it: a port of either side or both, all else by its text. */
function isNamed(key: Key, each: unknown, text: string): boolean {
  if (key === 'ports') {
    const { hostPort, guestPort, protocol } = each as SandboxSpec['ports'][number]
    return [`${hostPort}:${guestPort}`, hostPort, guestPort].map((port) => portText(port, protocol)).includes(text)
  }
  return each === text || (key === 'extraHosts' && String(each).startsWith(`${text}:`))
}
