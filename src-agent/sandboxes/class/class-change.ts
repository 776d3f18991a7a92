import { appError } from '#contract/app-error'
import type { ClassPlan, ClassProfile } from '#contract/classes'
import type { IsolationClass } from '#contract/sandbox'
import { type Sentence, sentence } from '#contract/sentence'
import type { KeyedLock } from '../../base/async/locks.ts'
import { explainFailure } from '../../base/failures/machine-failure.ts'
import type { SandboxRecord } from '../../state/records/sandbox-records.ts'
import { findRecord } from '../find-sandbox.ts'
import { requireState } from '../require-state.ts'
import type { ChangeDisk } from './change-disk.ts'
import { type ChangeDeps, runs } from './change-moves.ts'
import { planChange } from './change-plan.ts'
import { type ChangeOutcome, createChangeSteps } from './change-steps.ts'
import type { Measurements } from './measurements.ts'

export interface ClassChange {
  /** Reports what a change would do, and changes nothing. */
  plan(ref: string, to: IsolationClass, signal: AbortSignal): Promise<ClassPlan>
  /** Changes the class, or falls back to the old one and says why. `signal` ends it only before the new class holds. */
  set(ref: string, to: IsolationClass, signal: AbortSignal): Promise<ChangeOutcome>
  /**
   * After {@link reconcile}: finishes or takes back every change that the last agent left. Gives a sentence for each.
   * Never rejects; a sandbox that resists stays as it is, and the next change of its class tries again.
   */
  resumeAll(): Promise<Sentence[]>
}

export interface ClassChangeDeps extends ChangeDeps {
  readonly lock: KeyedLock
  readonly disk: ChangeDisk
  readonly profiles: () => Promise<readonly ClassProfile[]>
  readonly measurements: Measurements
  /** Between two tries to take back what could not be taken back at once; five seconds otherwise. */
  readonly retryMs?: number
  /** Keeps what is in a sandbox at rest before its class is changed, where that costs nothing. Never rejects. */
  readonly keep?: (record: SandboxRecord, signal: AbortSignal) => Promise<void>
}

const usualRetryMs = 5_000

export function createClassChange(deps: ClassChangeDeps): ClassChange {
  const { measurements } = deps
  const steps = createChangeSteps({ ...deps, disk: timed(deps.disk, measurements) })

  const planFor = async ({ sandbox }: SandboxRecord, to: IsolationClass, signal: AbortSignal): Promise<ClassPlan> => {
    const paths = deps.folder.sandbox(sandbox.id)
    const [profiles, conversion] = await Promise.all([
      deps.profiles(),
      deps.disk.measure(paths, sandbox.class, to, signal),
    ])
    const profile = profiles.find((each) => each.class === to)
    if (!profile) throw appError('class-unknown', { to })
    const conversionMs = conversion && measurements.conversionMs(conversion)
    return planChange({ sandbox, to: profile, conversion, conversionMs, startMs: measurements.median('startMs', to) })
  }

  const finishOld = async (record: SandboxRecord): Promise<SandboxRecord> => {
    if (record.change) await steps.resume(record)
    return findRecord(deps, record.sandbox.id)
  }

  const takeBackLater = createLaterTakeBack(deps, steps)

  return {
    plan: (ref, to, signal) => planFor(findRecord(deps, ref), to, signal),

    set(ref, to, signal) {
      const { id } = findRecord(deps, ref).sandbox
      const work = async () => {
        const record = await finishOld(findRecord(deps, id))
        requireState(record, ['created', 'stopped', 'running', 'paused'], 'changed')
        if (record.sandbox.class === to) return { sandbox: record.sandbox, fellBack: null, downMs: 0 }
        requirePossible(record, await planFor(record, to, signal))
        // One that runs keeps its old disk until it has come up in the new class anyway.
        if (!runs(record.sandbox)) await deps.keep?.(record, signal)
        const outcome = await steps.change(findRecord(deps, id), to, signal)
        if (outcome.fellBack !== null)
          deps.log.warn({ id, to, why: outcome.fellBack.message }, 'a change of class fell back')
        return outcome
      }
      return deps.lock.run(id, () =>
        work().catch((error: unknown) => {
          if (deps.records.get(id)?.change) takeBackLater(id)
          throw error
        }),
      )
    },

    resumeAll: () => resumeAll(deps, steps),
  }
}

async function resumeAll(
  deps: ClassChangeDeps,
  steps: Pick<ReturnType<typeof createChangeSteps>, 'resume'>,
): Promise<Sentence[]> {
  const left = deps.records.all().filter(({ change }) => change !== null)
  const messages = await Promise.all(
    left.map(({ sandbox: { id, name } }) =>
      deps.lock
        .run(id, async () => steps.resume(findRecord(deps, id)))
        .catch((error: unknown) => {
          deps.log.error({ err: error, id }, 'a change of class could not be finished')
          return sentence('found-class-change-failed', { name, why: explainFailure(error).wire })
        }),
    ),
  )
  return messages.filter((message) => message !== null)
}

/** Where not even the taking back could be put on record, as on a full disk: again until it can, or the next agent does it. */
function createLaterTakeBack(
  { lock, records, signal, log, retryMs = usualRetryMs }: ClassChangeDeps,
  steps: Pick<ReturnType<typeof createChangeSteps>, 'resume'>,
): (id: string) => void {
  const takeBack = async (id: string): Promise<void> => {
    const left = records.get(id)
    if (left?.change) await steps.resume(left)
  }
  return function later(id) {
    const again = () => {
      if (signal.aborted) return
      lock
        .run(id, () => takeBack(id))
        .catch((err: unknown) => {
          log.warn({ err, id }, 'a change of class could not be taken back yet')
          later(id)
        })
    }
    setTimeout(again, retryMs).unref()
  }
}

function requirePossible({ sandbox }: SandboxRecord, { to, problems }: ClassPlan): void {
  const blocking = problems.filter(({ level }) => level === 'blocks')
  if (blocking.length === 0) return
  throw appError('class-change-not-possible', { name: sandbox.name, class: to, problems: blocking })
}

/** The same disk, which also learns how long conversions take here. */
function timed(disk: ChangeDisk, measurements: Measurements): ChangeDisk {
  return {
    ...disk,
    async convert(paths, from, to, work) {
      const size = await disk.measure(paths, from, to, work.signal)
      const began = performance.now()
      await disk.convert(paths, from, to, work)
      if (size !== null) measurements.noteConversion(size, performance.now() - began)
    },
  }
}
