import { appError } from '#contract/app-error'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'

interface Deps {
  readonly records: SandboxRecords
}

/** By name, id, or an unambiguous start of an id of 4 digits and more. */
export function findRecord(deps: Deps, ref: string): SandboxRecord {
  const exact = deps.records.get(ref) ?? deps.records.findByName(ref)
  if (exact) return exact
  const matches = ref.length >= 4 ? deps.records.all().filter(({ sandbox }) => sandbox.id.startsWith(ref)) : []
  if (matches.length === 1 && matches[0]) return matches[0]
  if (matches.length > 1) {
    throw appError('sandbox-ambiguous', { ref, count: matches.length })
  }
  throw appError('sandbox-not-found', { ref })
}

/** `but`: a sandbox that may have it, because it is the one that gets it. */
export function requireFreeName(deps: Deps, name: string, but?: string): void {
  const taken = deps.records.findAnyCase(name)?.sandbox
  if (taken === undefined || taken.id === but) return
  throw appError('sandbox-name-taken', { name, ...(taken.name !== name && { other: taken.name }) })
}
