import { appError, type ReasonParams } from '#contract/app-error'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'

/** What a sandbox is wanted to be, as a word in the sentence. */
export type StateVerb = ReasonParams<'state-forbids'>['verb']

/** Refuses what cannot be asked of a sandbox in its present state. */
export function requireState(record: SandboxRecord, allowed: readonly string[], verb: StateVerb): void {
  const { state, name } = record.sandbox
  if (allowed.includes(state)) return
  throw appError('state-forbids', { name, state, verb })
}
