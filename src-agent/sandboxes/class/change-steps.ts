import { AppError } from '#contract/app-error'
import type { IsolationClass, Sandbox } from '#contract/sandbox'
import { endMainProcess } from '../end-process.ts'
import type { RecordedChange, SandboxRecord } from '../../state/records/sandbox-records.ts'
import { tidy } from '../runs.ts'
import { type ChangeDeps, type ChangeMoves, createChangeMoves, runs } from './change-moves.ts'

export interface ChangeOutcome {
  readonly sandbox: Sandbox
  readonly fellBack: string | null
  readonly downMs: number
}

/** The steps of a change of class. Each is on record before it is done. Everything here is for the holder of the sandbox's lock. */
export interface ChangeSteps {
  change(record: SandboxRecord, to: IsolationClass, signal: AbortSignal): Promise<ChangeOutcome>
  /** Finishes a change that an agent left behind, or takes it back. Gives a sentence that tells which. */
  resume(record: SandboxRecord): Promise<string>
}

const usualProveMs = 1_500

export function createChangeSteps(deps: ChangeDeps): ChangeSteps {
  const moves = createChangeMoves(deps)
  return {
    async change(record, to, signal) {
      const { id } = record.sandbox
      let prepared: Prepared
      try {
        prepared = await prepare(deps, moves, { record, to, signal })
      } catch (error) {
        // Where the agent is leaving, the next one takes it back.
        if (!deps.context.signal.aborted) await takeBack(deps, moves, id)
        throw error
      }
      await moves.step('switched')
      const { fellBack, upAt, sandbox } = await comeUp(deps, moves, prepared.record)
      const downMs = prepared.record.change?.wasRunning ? upAt - prepared.downAt : 0
      return { sandbox: deps.context.records.get(id)?.sandbox ?? sandbox, fellBack, downMs }
    },
    resume: (record) => resume(deps, moves, record),
  }
}

interface Prepared {
  readonly record: SandboxRecord
  /** When nothing of it ran any longer. */
  readonly downAt: number
}

/** Stops it and makes the new form of its disk. When it resolves, the new class is on record. */
async function prepare(
  { context, disk, endings }: ChangeDeps,
  moves: ChangeMoves,
  { record, to, signal }: { record: SandboxRecord; to: IsolationClass; signal: AbortSignal },
): Promise<Prepared> {
  const { id, class: from, spec } = record.sandbox
  const wasRunning = runs(record.sandbox)
  const change: RecordedChange = { from, to, phase: 'stopping', wasRunning, why: null }
  const begun = moves.put(record, change)
  await moves.step('begun')
  if (wasRunning) {
    const stopping = { ...begun, stopAsked: true }
    moves.put(stopping, change, { state: 'stopping' })
    await moves.step('stopping')
    await endMainProcess(context, endings, stopping, spec.stopGraceMs)
  }
  const downAt = performance.now()
  await moves.step('stopped')
  moves.put(moves.read(id), { ...change, phase: 'converting' }, { state: 'changing' })
  await moves.step('converting')
  await disk.convert(context.folder.sandbox(id), from, to, AbortSignal.any([signal, context.signal]))
  await moves.step('converted')
  const shown = { class: to, spec: { ...spec, class: to } }
  return { record: moves.put(moves.read(id), { ...change, phase: 'starting' }, shown), downAt }
}

/** It could not be stopped, or its disk could not be converted: as if nothing had been asked. */
async function takeBack({ context }: ChangeDeps, moves: ChangeMoves, id: string): Promise<void> {
  const record = moves.read(id)
  if (!runs(record.sandbox)) return void (await moves.revert(record, 'The disk could not be converted.'))
  const phase = await context.drivers.get(record.sandbox.class)?.phase(record.sandbox.id)
  const shown = phase === 'running' || phase === 'paused' ? { state: phase } : {}
  moves.put({ ...record, stopAsked: false }, null, shown)
}

interface Arrival {
  readonly sandbox: Sandbox
  readonly fellBack: string | null
  readonly upAt: number
}

/** From a whole new disk on: start, see whether it holds, clear up; or fall back. */
async function comeUp(deps: ChangeDeps, moves: ChangeMoves, record: SandboxRecord): Promise<Arrival> {
  if (!record.change?.wasRunning) return { fellBack: null, upAt: performance.now(), sandbox: await moves.clear(record) }
  const fallBack = async (from: SandboxRecord, why: string) => {
    const sandbox = await moves.revert(from, why)
    return { fellBack: why, upAt: performance.now(), sandbox }
  }
  let up: SandboxRecord
  try {
    up = await moves.bringUp(record, 'proving')
  } catch (error) {
    // The agent is leaving: the next one goes on from here.
    if (deps.context.signal.aborted) throw error
    return fallBack(record, AppError.from(error).wire.message)
  }
  const upAt = performance.now()
  await moves.step('launched')
  const hasEnded = await deps.endings.settleWithin(up.sandbox.id, deps.proveMs ?? usualProveMs)
  const now = moves.read(up.sandbox.id)
  await moves.step('proven')
  const failure = hasEnded ? describeFailure(now.sandbox) : null
  return failure === null ? { fellBack: null, upAt, sandbox: await moves.clear(now) } : fallBack(now, failure)
}

async function resume(deps: ChangeDeps, moves: ChangeMoves, record: SandboxRecord): Promise<string> {
  const { change, sandbox } = record
  if (!change) return ''
  const { context } = deps
  const back = `The change of "${sandbox.name}" to the class "${change.to}" was interrupted and taken back.`
  const done = `The change of "${sandbox.name}" to the class "${change.to}" was finished.`
  const driver = context.drivers.get(sandbox.class)
  // What is neither running nor at rest was half started.
  if (driver && sandbox.state === 'changing') await tidy(context, driver, record, record.lease)
  switch (change.phase) {
    case 'stopping':
    case 'converting':
      if (runs(sandbox)) moves.put({ ...record, stopAsked: false }, null)
      else await moves.revert(record, 'The agent died while it was changing the class.')
      return back
    case 'starting': {
      const { fellBack } = await comeUp(deps, moves, record)
      return fellBack === null ? done : `${back} ${fellBack}`
    }
    case 'proving': {
      const failure = runs(sandbox) ? null : describeFailure(sandbox)
      if (failure === null) await moves.clear(record)
      else await moves.revert(record, failure)
      return failure === null ? done : `${back} ${failure}`
    }
    case 'clearing':
      await moves.clear(record)
      return done
    case 'reverting':
      await moves.revert(record, change.why ?? 'The agent died while it was changing the class.')
      return back
  }
}

/** Why a run that is over says that the class does not suit; null where it ended well. */
function describeFailure({ exit }: Sandbox): string | null {
  if (exit === null) return 'It ended, and nobody saw how.'
  return exit.code === 0 ? null : `It ended at once. ${exit.message}`
}
