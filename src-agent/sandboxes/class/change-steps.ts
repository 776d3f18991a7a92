import type { Said } from '#contract/reasons/define'
import type { IsolationClass, Sandbox } from '#contract/sandbox'
import { sentenceOfExit } from '#contract/say-exit'
import { type Sentence, saidOf, sentence } from '#contract/sentence'
import { explainFailure } from '../../base/failures/machine-failure.ts'
import type { RecordedChange, SandboxRecord } from '../../state/records/sandbox-records.ts'
import { tidy } from '../cleanup.ts'
import { specInClass } from '../default-limits.ts'
import { endMainProcess } from '../end-process.ts'
import { type ChangeDeps, type ChangeMoves, createChangeMoves, runs } from './change-moves.ts'

export interface ChangeOutcome {
  readonly sandbox: Sandbox
  readonly fellBack: Said | null
  readonly downMs: number
}

/** The steps of a change of class. Each is on record before it is done. Everything here is for the holder of the sandbox's lock. */
export interface ChangeSteps {
  change(record: SandboxRecord, to: IsolationClass, signal: AbortSignal): Promise<ChangeOutcome>
  /** Finishes a change that an agent left behind, or takes it back. Gives a sentence that says which. */
  resume(record: SandboxRecord): Promise<Sentence | null>
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
        if (!deps.signal.aborted) await takeBack(deps, moves, id)
        throw error
      }
      await moves.step('switched')
      const { fellBack, upAt, sandbox } = await comeUp(deps, moves, prepared.record)
      const downMs = prepared.record.change?.wasRunning ? upAt - prepared.downAt : 0
      return { sandbox: deps.records.get(id)?.sandbox ?? sandbox, fellBack, downMs }
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
  deps: ChangeDeps,
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
    await endMainProcess(deps, deps.endings, stopping, spec.stopGraceMs)
  }
  const downAt = performance.now()
  await moves.step('stopped')
  moves.put(moves.read(id), { ...change, phase: 'converting' }, { state: 'changing' })
  await moves.step('converting')
  const work = { diskBytes: spec.limits.diskBytes, signal: AbortSignal.any([signal, deps.signal]) }
  await deps.disk.convert(deps.folder.sandbox(id), from, to, work)
  await moves.step('converted')
  const converted = moves.read(id)
  const shown = { class: to, spec: specInClass(converted, to, deps.settings.read()) }
  return { record: moves.put(converted, { ...change, phase: 'starting' }, shown), downAt }
}

/** It could not be stopped, or its disk could not be converted: as if nothing had been requested. */
async function takeBack(deps: ChangeDeps, moves: ChangeMoves, id: string): Promise<void> {
  const record = moves.read(id)
  if (!runs(record.sandbox)) return void (await moves.revert(record, sentence('change-not-converted')))
  const phase = await deps.drivers.get(record.sandbox.class)?.phase(record.sandbox.id)
  const shown = phase === 'running' || phase === 'paused' ? { state: phase } : {}
  moves.put({ ...record, stopAsked: false }, null, shown)
}

interface Arrival {
  readonly sandbox: Sandbox
  readonly fellBack: Said | null
  readonly upAt: number
}

/** From a whole new disk on: start, see whether it holds, clear up; or fall back. */
async function comeUp(deps: ChangeDeps, moves: ChangeMoves, record: SandboxRecord): Promise<Arrival> {
  if (!record.change?.wasRunning) return { fellBack: null, upAt: performance.now(), sandbox: await moves.clear(record) }
  const fallBack = async (from: SandboxRecord, why: Said) => {
    const sandbox = await moves.revert(from, why)
    return { fellBack: why, upAt: performance.now(), sandbox }
  }
  let up: SandboxRecord
  try {
    up = await moves.bringUp(record, 'proving')
  } catch (error) {
    // The agent is leaving: the next one goes on from here.
    if (deps.signal.aborted) throw error
    return fallBack(record, explainFailure(error).wire)
  }
  const upAt = performance.now()
  await moves.step('launched')
  const hasEnded = await deps.endings.settleWithin(up.sandbox.id, deps.proveMs ?? usualProveMs)
  const now = moves.read(up.sandbox.id)
  await moves.step('proven')
  const failure = hasEnded ? describeFailure(now.sandbox) : null
  return failure === null ? { fellBack: null, upAt, sandbox: await moves.clear(now) } : fallBack(now, failure)
}

async function resume(deps: ChangeDeps, moves: ChangeMoves, record: SandboxRecord): Promise<Sentence | null> {
  const { change, sandbox } = record
  if (!change) return null

  const what = { name: sandbox.name, class: change.to }
  const back = sentence('found-class-change', { ...what, outcome: 'takenBack' })
  const backFor = (why: Said) => sentence('found-class-change-because', { change: back, why })
  const done = sentence('found-class-change', { ...what, outcome: 'finished' })
  const driver = deps.drivers.get(sandbox.class)
  // What is neither running nor at rest was half started.
  if (driver && sandbox.state === 'changing') await tidy(deps, driver, record, record.lease)
  switch (change.phase) {
    case 'stopping':
    case 'converting':
      if (runs(sandbox)) moves.put({ ...record, stopAsked: false }, null)
      else await moves.revert(record, sentence('change-agent-died'))
      return back
    case 'starting': {
      const { fellBack } = await comeUp(deps, moves, record)
      return fellBack === null ? done : backFor(fellBack)
    }
    case 'proving': {
      const failure = runs(sandbox) ? null : describeFailure(sandbox)
      if (failure === null) await moves.clear(record)
      else await moves.revert(record, failure)
      return failure === null ? done : backFor(failure)
    }
    case 'clearing':
      await moves.clear(record)
      return done
    case 'reverting':
      await moves.revert(record, whyOf(change))
      return back
  }
}

/** Why a run that is over says that the class does not suit; null where it ended well. */
function describeFailure({ exit }: Sandbox): Sentence | null {
  if (exit === null) return sentence('change-end-unseen')
  return exit.code === 0 ? null : sentence('change-ended-at-once', { how: sentenceOfExit(exit) })
}

/** As an agent that died put it on record. */
function whyOf({ why, whyWording }: RecordedChange): Said {
  return why === null ? sentence('change-agent-died') : saidOf(why, whyWording)
}
