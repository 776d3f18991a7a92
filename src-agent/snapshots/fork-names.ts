import { appError } from '#contract/app-error'
import { SandboxName } from '#contract/sandbox'
import { requireFreeName } from '../sandboxes/find-sandbox.ts'
import type { SandboxRecords } from '../state/records/sandbox-records.ts'

interface Deps {
  readonly records: SandboxRecords
}

interface NameWish {
  readonly parent: string
  /** As the person has it; undefined: the parent's name, and numbers that are free. */
  readonly prefix: string | undefined
  readonly count: number
}

/** Names of forks: PREFIX-1 and so on, or PREFIX itself for one. Refuses wished names that are taken. */
export function nameForks(deps: Deps, { parent, prefix, count }: NameWish): string[] {
  if (prefix === undefined) return freeNames(deps, parent, count)
  const names = count === 1 ? [prefix] : Array.from({ length: count }, (_value, index) => `${prefix}-${index + 1}`)
  for (const name of names) requireFreeName(deps, requireName(name))
  return names
}

function freeNames(deps: Deps, parent: string, count: number): string[] {
  // Room for a dash and a number, also below the longest name.
  const base = parent.slice(0, 56).replace(/[-.]+$/, '')
  const names: string[] = []
  for (let index = 1; names.length < count; index += 1) {
    const name = `${base}-${index}`
    if (!deps.records.findAnyCase(name)) names.push(name)
  }
  return names
}

function requireName(name: string): string {
  if (SandboxName.safeParse(name).success) return name
  throw appError('fork-name-too-long', { name })
}
