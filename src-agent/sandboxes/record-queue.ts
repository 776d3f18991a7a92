import type { Sandbox } from '#contract/sandbox'
import type { KeyedLock } from '../base/async/locks.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import type { Endings } from './endings.ts'
import { isAlive, killRecord, requireSignal, type SandboxMovesDeps, sigKill } from './sandbox-moves.ts'

/**
 * Does work on one sandbox one after the other. The record is read anew when the turn has come, because it may have changed
 * while waiting. `graceMs`: what was asked to end before has no longer than that from now.
 */
export type OnRecord = <T>(ref: string, work: (record: SandboxRecord) => Promise<T>, graceMs?: number) => Promise<T>

interface Deps {
  readonly records: SandboxRecords
  readonly lock: KeyedLock
  readonly endings: Pick<Endings, 'hurry'>
  readonly find: (ref: string) => SandboxRecord
}

export function createOnRecord({ records, lock, endings, find }: Deps): OnRecord {
  return async (ref, work, graceMs) => {
    const { id } = find(ref).sandbox
    const withdraw = graceMs === undefined ? null : endings.hurry(id, graceMs)
    return lock.run(id, async () => {
      withdraw?.()
      return work(records.get(id) ?? find(id))
    })
  }
}

interface Kill extends Pick<Deps, 'find'> {
  readonly ref: string
  readonly signal: string
  readonly onRecord: OnRecord
}

/** Comes through while a stop waits: KILL ends the waiting, and any other signal does not wait for it. */
export async function overtakeToKill(
  deps: Pick<SandboxMovesDeps, 'records' | 'drivers' | 'endings' | 'images'>,
  { ref, signal, find, onRecord }: Kill,
): Promise<Sandbox> {
  const number = requireSignal(signal)
  const record = find(ref)
  const send = (each: SandboxRecord) => killRecord(deps, each, number)
  if (number !== sigKill) return record.sandbox.state === 'stopping' ? send(record) : onRecord(ref, send)
  const wasAlive = isAlive(record)
  return onRecord(ref, async (each) => (wasAlive && !isAlive(each) ? each.sandbox : send(each)), 0)
}
