import { isolationClasses } from '#contract/words'
import { findVerb } from '../command/find-verb.ts'
import { type Flags, withCommonFlags } from '../command/flags.ts'
import { verbs } from '../verbs.ts'

/** What is there now, by the word that stands for it in the help. */
export interface Names {
  sandboxes(): Promise<readonly string[]>
  images(): Promise<readonly string[]>
  snapshots(): Promise<readonly string[]>
}

/** What the last of the words could become. The words are those behind `joey`; empty where files are meant. */
export async function complete(words: readonly string[], names: Names): Promise<readonly string[]> {
  const current = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const candidates = await candidatesFor(before, current, names)
  return [...new Set(candidates)].filter((each) => each.startsWith(current)).toSorted()
}

async function candidatesFor(before: readonly string[], current: string, names: Names): Promise<readonly string[]> {
  const [first] = before
  const heads = [...verbs.map(({ name }) => name.split(' ')[0] ?? name), 'help']
  if (first === undefined) return heads
  if (first === 'help') return before.length === 1 ? heads : []
  const family = verbs
    .filter(({ name }) => name.startsWith(`${first} `))
    .map(({ name }) => name.slice(first.length + 1))
  const isWhole = verbs.some(({ name }) => name === first)
  if (before.length === 1 && family.length > 0 && !isWhole) return family
  const found = attempt(() => findVerb(before))
  if (found === null) return []
  const command = await found.verb.load()
  const flags = withCommonFlags(command.flags)
  const { operands, waiting, isOver } = readSoFar(found.args, flags, command.passThrough === true)
  if (waiting !== null) return valuesOf(waiting, names)
  if (isOver) return []
  if (current.startsWith('-')) return optionsOf(flags)
  return operandsOf(command.operands, operands, names)
}

function attempt<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    return null
  }
}

/** How many operands there are, the option that waits for its value, and whether what follows belongs to a command. */
function readSoFar(args: readonly string[], flags: Flags, passThrough: boolean) {
  let operands = 0
  let waiting: string | null = null
  for (const arg of args) {
    if (waiting !== null) waiting = null
    else if (arg === '--') return { operands, waiting, isOver: true }
    else if (arg.startsWith('-') && arg !== '-') waiting = waitsFor(arg, flags)
    else operands += 1
    if (passThrough && operands > 0) return { operands, waiting, isOver: true }
  }
  return { operands, waiting, isOver: false }
}

/** `--memory` and `-m` wait for a value, `--memory=64m` and `-m64m` have it. */
function waitsFor(arg: string, flags: Flags): string | null {
  const named = Object.entries(flags).find(([name, { short }]) => arg === `--${name}` || arg === `-${short ?? ''}`)
  return named && named[1].type === 'string' ? named[0] : null
}

function optionsOf(flags: Flags): readonly string[] {
  return Object.keys(flags).map((name) => `--${name}`)
}

const fixed: Readonly<Record<string, readonly string[]>> = {
  class: isolationClasses,
  restart: ['no', 'always', 'unless-stopped', 'on-failure'],
  network: ['nat', 'none'],
  pull: ['missing', 'always', 'never'],
}

async function valuesOf(option: string, names: Names): Promise<readonly string[]> {
  if (option === 'sandbox') return names.sandboxes()
  return Object.hasOwn(fixed, option) ? (fixed[option] ?? []) : []
}

/** By the words that the help has for operands: `SANDBOX [SANDBOX...]`, `IMAGE NAME`, `SANDBOX|SNAPSHOT`. */
async function operandsOf(pattern: string, index: number, names: Names): Promise<readonly string[]> {
  const words = pattern
    .replaceAll(/[[\]]/g, '')
    .split(' ')
    .filter((word) => word !== '')
  const last = words.at(-1)
  const word = words[index] ?? (last?.endsWith('...') ? last : undefined)
  if (word === undefined) return []
  const kinds = word.replace('...', '').split('|')
  const found = await Promise.all(kinds.map((kind) => namesFor(kind, kinds, names)))
  return found.flat()
}

async function namesFor(kind: string, kinds: readonly string[], names: Names): Promise<readonly string[]> {
  if (kind.startsWith('SANDBOX')) return names.sandboxes()
  if (kind.startsWith('IMAGE')) return names.images()
  if (kind.startsWith('SNAPSHOT')) return names.snapshots()
  if (kind === 'CLASS') return isolationClasses
  // Small letters stand for themselves.
  return /^[a-z]+$/.test(kind) && kinds.length > 1 ? [kind] : []
}
