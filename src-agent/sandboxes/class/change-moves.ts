import { appError } from '#contract/app-error'
import type { Said } from '#contract/reasons/define'
import type { Sandbox } from '#contract/sandbox'
import { sentence, wordingOf } from '#contract/sentence'
import { explainFailure } from '../../base/failures/machine-failure.ts'
import type { RecordedChange, SandboxRecord } from '../../state/records/sandbox-records.ts'
import { withSandbox } from '../../state/records/sandbox-records.ts'
import type { SettingsStore } from '../../state/settings-store.ts'
import { removeForGood } from '../cleanup.ts'
import { specInClass } from '../default-limits.ts'
import { unseenExit } from '../describe-exit.ts'
import type { Endings } from '../endings.ts'
import { driverOf } from '../find-driver.ts'
import { type LaunchDeps, launch } from '../launch.ts'
import type { ChangeDisk } from './change-disk.ts'

export interface ChangeDeps extends LaunchDeps {
  readonly endings: Endings
  readonly disk: ChangeDisk
  readonly settings: Pick<SettingsStore, 'read'>
  /** A main process that is still there after this long has come up. */
  readonly proveMs?: number
  /** For tests: called between any two steps. */
  readonly step?: (name: string) => void | Promise<void>
}

/** Parts of a change of class that occur on more than one way through it. */
export interface ChangeMoves {
  step(name: string): Promise<void>
  read(id: string): SandboxRecord
  /** On record: how far the change is, and what people see of it. */
  put(record: SandboxRecord, change: RecordedChange | null, shown?: Partial<Sandbox>): SandboxRecord
  /** Starts it in the class on record; then the change is at `phase`, or over. */
  bringUp(record: SandboxRecord, phase: RecordedChange['phase'] | null): Promise<SandboxRecord>
  /** Forward from here: the old disk has done its duty. */
  clear(record: SandboxRecord): Promise<Sandbox>
  /** Back to the old class and the old disk. */
  revert(record: SandboxRecord, why: Said): Promise<Sandbox>
}

export function runs({ state }: Pick<Sandbox, 'state'>): boolean {
  return ['running', 'paused', 'stopping'].includes(state)
}

export function createChangeMoves(deps: ChangeDeps): ChangeMoves {
  const { disk } = deps
  const { records, folder } = deps

  const moves: ChangeMoves = {
    step: async (name) => deps.step?.(name),

    read(id) {
      const record = records.get(id)
      if (record) return record
      throw appError('sandbox-removed', { during: 'work' })
    },

    put(record, change, shown = {}) {
      const next = { ...withSandbox(record, shown), change }
      records.put(next)
      return next
    },

    async bringUp(record, phase) {
      const { id } = record.sandbox
      await driverOf(deps, record.sandbox.class).remove(id, folder.sandbox(id))
      const launched = await launch(deps, record, deps.signal)
      return moves.put(launched, phase === null || !record.change ? null : { ...record.change, phase })
    },

    async clear(record) {
      const { id } = record.sandbox
      if (!record.change) return record.sandbox
      const clearing = moves.put(record, { ...record.change, phase: 'clearing' })
      await moves.step('clearing')
      await disk.keepOnly(folder.sandbox(id), record.sandbox.class)
      await moves.step('cleared')
      return rest(deps, moves, clearing)
    },

    async revert(record, why) {
      const { change, sandbox } = record
      if (!change) return sandbox
      const { id } = sandbox
      const spec = specInClass(record, change.from, deps.settings.read())
      const shown = { class: change.from, spec, state: 'changing' as const }
      const reverting = moves.put(
        record,
        { ...change, phase: 'reverting', why: why.message, whyWording: wordingOf(why) },
        shown,
      )
      await moves.step('reverting')
      await disk.keepOnly(folder.sandbox(id), change.from)
      await moves.step('reverted')
      return change.wasRunning ? startAgain(deps, moves, reverting) : rest(deps, moves, reverting)
    },
  }
  return moves
}

/** Ends in the class on record, without a change: running as it is, or at rest. */
async function rest(deps: ChangeDeps, moves: ChangeMoves, record: SandboxRecord): Promise<Sandbox> {
  if (runs(record.sandbox)) return moves.put(record, null).sandbox
  const state = record.sandbox.startedAt === null ? 'created' : 'stopped'
  const resting = moves.put(record, null, { state })
  const { id, exit, spec } = resting.sandbox
  if (spec.removeOnExit && exit) await removeForGood(deps, resting)
  if (exit) deps.endings.resolveWaiters(id, exit)
  return resting.sandbox
}

async function startAgain(deps: ChangeDeps, moves: ChangeMoves, record: SandboxRecord): Promise<Sandbox> {
  try {
    return (await moves.bringUp(record, null)).sandbox
  } catch (error) {
    // The agent is leaving: the next one goes on from here.
    if (deps.signal.aborted) throw error
    const why = explainFailure(error).wire
    const said = sentence('exit-not-started', { after: 'class', class: record.sandbox.class, why })
    const exit = unseenExit('start-failed', said, deps.now())
    // One that could not be started is kept, whatever was to happen at its end.
    const kept = moves.put(withSandbox(record, { exit }), null, { state: 'stopped' })
    deps.endings.resolveWaiters(kept.sandbox.id, exit)
    return kept.sandbox
  }
}
