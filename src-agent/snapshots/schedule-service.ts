import type { Logger } from 'pino'
import { notice } from '#contract/notice'
import type { NoticeFact, UsageSample } from '#contract/observe'
import type { Sandbox } from '#contract/sandbox'
import { listOf, type Sentence, sentence, wordingOf } from '#contract/sentence'
import type { Schedule, SnapshotReason, SnapshotUsage } from '#contract/snapshot'
import { explainFailure } from '../base/failures/machine-failure.ts'
import { defineHandlers, type Handlers } from '../base/handlers.ts'
import type { ScheduleRecords } from '../state/records/schedule-records.ts'
import type { SnapshotRecords } from '../state/records/snapshot-records.ts'
import { findSurplus, usualKeep } from './keep-rules.ts'
import type { SnapshotService } from './snapshot-service.ts'

/** Snapshots that Joey makes by itself, and the rules by which it removes its own. */
export interface ScheduleService {
  /** Looks once at what is due; called every half a minute, with the usage of that moment. Never rejects. */
  tick(usage: readonly UsageSample[]): Promise<void>
  /** Before a person has it stopped. A snapshot that fails is reported, and does not keep it from stopping. */
  beforeStop(ref: string, signal: AbortSignal): Promise<void>
}

interface Deps {
  readonly schedules: ScheduleRecords
  readonly snapshotRecords: SnapshotRecords
  readonly snapshots: Pick<SnapshotService, 'take' | 'remove'>
  /** What each costs now. */
  readonly readSnapshotUsage: () => Promise<readonly SnapshotUsage[]>
  readonly findSandbox: (ref: string) => Sandbox
  readonly sandboxes: () => readonly Sandbox[]
  /** For people: what could not be done. */
  readonly notice: (fact: NoticeFact) => void
  readonly log: Pick<Logger, 'warn'>
  readonly now: () => Date
  readonly signal: AbortSignal
}

const minuteMs = 60_000
/** Less than this share of a core counts as idle: a shell that waits, a server without requests. */
const idleCores = 0.02

export function createScheduleService(deps: Deps) {
  const { schedules, now } = deps
  const idle: IdleTimes = new Map()
  let ticking: Promise<void> | null = null

  const answer = (id: string) => {
    const record = schedules.get(id)
    return { schedule: record?.schedule ?? null, nextAt: record ? nextTime(record.schedule, record.lastAt) : null }
  }
  return {
    handlers: defineHandlers({
      readSchedule: async ({ ref }) => answer(deps.findSandbox(ref).id),
      setSchedule: async ({ ref, schedule }) => {
        const { id } = deps.findSandbox(ref)
        idle.delete(id)
        if (schedule === null) schedules.remove(id)
        else schedules.put(id, { schedule, lastAt: now().toISOString() })
        return answer(id)
      },
      pruneSnapshots: async ({ sandbox, dryRun }) => {
        const only = sandbox === undefined ? null : deps.findSandbox(sandbox).id
        const result = await prune(deps, only, dryRun)
        const { texts, wordings } = listOf(advise(deps.snapshotRecords, await deps.readSnapshotUsage(), only))
        return { ...result, advice: texts, adviceWordings: wordings }
      },
    }),
    async tick(usage) {
      // One that takes longer than until the next tick is not joined by another.
      if (ticking) return
      ticking = takeWhatIsDue(deps, idle, usage).finally(() => {
        ticking = null
      })
      await ticking.catch((error: unknown) => deps.log.warn({ err: error }, 'the schedules could not be looked at'))
    },
    async beforeStop(ref, signal) {
      const sandbox = deps.findSandbox(ref)
      const schedule = schedules.get(sandbox.id)?.schedule
      if (schedule?.beforeStop && ['running', 'paused'].includes(sandbox.state))
        await take(deps, sandbox, { reason: 'before-stop', schedule, signal })
    },
  } satisfies ScheduleService & { handlers: Partial<Handlers> }
}

/** Since when each sandbox has been idle; and whether that was answered with a snapshot already. */
type IdleTimes = Map<string, { readonly since: number; readonly answered: boolean }>

async function takeWhatIsDue(deps: Deps, idle: IdleTimes, usage: readonly UsageSample[]): Promise<void> {
  for (const sandbox of deps.sandboxes()) {
    if (deps.signal.aborted) return
    await takeByClock(deps, sandbox)
    await takeWhenIdle(deps, idle, sandbox, usage)
  }
}

async function takeByClock(deps: Deps, sandbox: Sandbox): Promise<void> {
  const { schedules, now, signal } = deps
  const record = schedules.get(sandbox.id)
  const next = record && nextTime(record.schedule, record.lastAt)
  if (!record || !next || Date.parse(next) > now().getTime()) return
  // First: one that fails is tried again when it is due the next time, and not every half a minute.
  schedules.put(sandbox.id, { ...record, lastAt: now().toISOString() })
  if (!hasWorkSince(sandbox, record.lastAt)) return
  await take(deps, sandbox, { reason: 'schedule', schedule: record.schedule, signal })
}

async function takeWhenIdle(
  deps: Deps,
  idle: IdleTimes,
  sandbox: Sandbox,
  usage: readonly UsageSample[],
): Promise<void> {
  const { schedules, now, signal } = deps
  const schedule = schedules.get(sandbox.id)?.schedule
  const sample = usage.find(({ id }) => id === sandbox.id)
  if (!schedule?.idleMinutes || !sample || sample.cpuCores > idleCores || sandbox.state !== 'running')
    return void idle.delete(sandbox.id)
  const known = idle.get(sandbox.id) ?? { since: now().getTime(), answered: false }
  const isDue = !known.answered && now().getTime() - known.since >= schedule.idleMinutes * minuteMs
  idle.set(sandbox.id, { ...known, answered: known.answered || isDue })
  if (isDue) await take(deps, sandbox, { reason: 'idle', schedule, signal })
}

interface Taking {
  readonly reason: SnapshotReason
  readonly schedule: Schedule
  readonly signal: AbortSignal
}

/** Never rejects: what fails is logged, and people learn of it. */
async function take(
  deps: Pick<Deps, 'snapshots' | 'snapshotRecords' | 'schedules' | 'readSnapshotUsage' | 'log' | 'notice'>,
  sandbox: Sandbox,
  { reason, schedule, signal }: Taking,
): Promise<void> {
  const live = schedule.live && sandbox.state === 'running'
  try {
    await deps.snapshots.take({ ref: sandbox.id, reason, live }, signal)
    await prune(deps, sandbox.id, false)
  } catch (error) {
    if (signal.aborted) return
    deps.log.warn({ err: error, id: sandbox.id, reason }, 'a snapshot by schedule failed')
    deps.notice(notice('schedule', { name: sandbox.name, why: explainFailure(error).wire }))
  }
}

/** Removes what the rules of keeping no longer keep; of one sandbox where it is named. */
async function prune(
  deps: Pick<Deps, 'snapshots' | 'snapshotRecords' | 'schedules' | 'readSnapshotUsage'>,
  only: string | null,
  dryRun: boolean,
) {
  const surplus = findAllSurplus(deps.snapshotRecords, deps.schedules, only)
  const usage = dryRun ? await deps.readSnapshotUsage() : []
  const why = sentence('prune-no-longer-kept')
  let freedBytes = 0
  const removed = []
  for (const { id, name, sandboxName } of surplus) {
    freedBytes += dryRun
      ? (usage.find((each) => each.id === id)?.freesBytes ?? 0)
      : (await deps.snapshots.remove(id)).freedBytes
    removed.push({ id, name, sandboxName, why: why.message, whyWording: wordingOf(why) })
  }
  return { removed, freedBytes }
}

function nextTime({ everyMinutes }: Schedule, lastAt: string): string | null {
  return everyMinutes === null ? null : new Date(Date.parse(lastAt) + everyMinutes * minuteMs).toISOString()
}

/** One that has not run since has nothing new to keep. */
function hasWorkSince({ state, startedAt, exit }: Sandbox, lastAt: string): boolean {
  if (['creating', 'removing', 'changing', 'starting'].includes(state)) return false
  if (state === 'running' || state === 'paused' || state === 'stopping') return true
  const last = exit?.at ?? startedAt
  return last !== null && last > lastAt
}

function findAllSurplus(records: SnapshotRecords, schedules: ScheduleRecords, only: string | null) {
  const ready = records.all().flatMap(({ snapshot }) => (snapshot.state === 'creating' ? [] : [snapshot]))
  const bySandbox = Map.groupBy(ready, ({ sandboxId }) => sandboxId)
  return [...bySandbox].flatMap(([id, snapshots]) =>
    only === null || only === id ? findSurplus(snapshots, schedules.get(id)?.schedule.keep ?? usualKeep) : [],
  )
}

const worthBytes = 64 * 2 ** 20
const mostAdvice = 10

/** Only sizes and damage are facts; whether something is still wanted is for the person to say. */
function advise(records: SnapshotRecords, usage: readonly SnapshotUsage[], only: string | null): Sentence[] {
  const all = records.all().map(({ snapshot }) => snapshot)
  const own = all.filter(({ sandboxId }) => only === null || sandboxId === only)
  const damaged = own
    .filter(({ state }) => state === 'damaged')
    .map(({ name, sandboxName }) => sentence('prune-damaged', { snapshot: name, sandbox: sandboxName }))
  const large = own
    .map((snapshot) => ({ snapshot, bytes: usage.find(({ id }) => id === snapshot.id)?.freesBytes ?? 0 }))
    .filter(({ bytes }) => bytes >= worthBytes)
    .sort((one, other) => other.bytes - one.bytes)
    .map(({ snapshot: { name, sandboxName }, bytes }) =>
      sentence('prune-large', { snapshot: name, sandbox: sandboxName, mebibytes: Math.round(bytes / 2 ** 20) }),
    )
  return [...damaged, ...large].slice(0, mostAdvice)
}
