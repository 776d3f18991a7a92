import type { Logger } from 'pino'
import type { HealthResult } from '#contract/health'
import type { Sandbox } from '#contract/sandbox'
import type { KeyedLock } from '../../base/async/locks.ts'
import type { EventLog } from '../../state/event-log.ts'
import { type SandboxRecord, type SandboxRecords, withSandbox } from '../../state/records/sandbox-records.ts'
import { type EffectiveCheck, judgeHealth } from '../health-check.ts'
import type { RunningCheck } from './run-check.ts'

interface Deps {
  readonly records: Pick<SandboxRecords, 'all' | 'get' | 'put'>
  readonly events: Pick<EventLog, 'subscribe'>
  readonly lock: KeyedLock
  readonly log: Pick<Logger, 'error'>
  readonly now: () => Date
  /** How it is checked; null: not at all. */
  checkOf(record: SandboxRecord): EffectiveCheck | null
  begin(record: SandboxRecord, check: EffectiveCheck): RunningCheck
}

/** One run of a sandbox, from its start or a resume to whatever follows. */
interface Watch {
  readonly startedAt: string | null
  readonly ending: AbortController
}

/**
 * Checks the health of sandboxes while they run, each one check at a time. What a check shows counts only where the sandbox
 * has run all the while: one that is paused, moved or saved meanwhile is asked anew afterwards. Returns its end.
 */
export function followHealth(deps: Deps): () => Promise<void> {
  const { records, events, log } = deps
  const watches = new Map<string, Watch>()
  /** By sandbox. One that a pause has frozen is ended before the next begins. */
  const underWay = new Map<string, RunningCheck>()

  const forget = (id: string): void => {
    watches.get(id)?.ending.abort()
    watches.delete(id)
  }
  const notice = (sandbox: Sandbox): void => {
    const { id, state, health, startedAt } = sandbox
    const isWatched = watches.get(id)?.startedAt === startedAt
    if (state === 'running' && health !== null && isWatched) return
    forget(id)
    if (state !== 'running' || health === null) return
    const watch = { startedAt, ending: new AbortController() }
    watches.set(id, watch)
    void watchOne(deps, underWay, id, watch).catch((err: unknown) => log.error({ err, id }, 'a check of health failed'))
  }

  for (const { sandbox } of records.all()) notice(sandbox)
  const unsubscribe = events.subscribe((event) => {
    if (event.type === 'sandbox.changed') notice(event.sandbox)
    else if (event.type === 'sandbox.removed') forget(event.id)
  })
  return async () => {
    unsubscribe()
    for (const id of [...watches.keys()]) forget(id)
    await Promise.all([...underWay.values()].map(({ kill }) => kill()))
  }
}

async function watchOne(
  deps: Deps,
  underWay: Map<string, RunningCheck>,
  id: string,
  { startedAt, ending: { signal } }: Watch,
): Promise<void> {
  const isCurrent = (record: SandboxRecord | undefined): record is SandboxRecord =>
    !signal.aborted && record?.sandbox.state === 'running' && record.sandbox.startedAt === startedAt

  for (;;) {
    const record = deps.records.get(id)
    const check = isCurrent(record) ? deps.checkOf(record) : null
    if (!isCurrent(record) || check === null) return
    await pauseUntil(nextCheckAt(record, check), deps.now, signal)
    await Promise.race([endEarlier(underWay.get(id)), aborted(signal)])
    if (!isCurrent(deps.records.get(id))) return
    const running = deps.begin(record, check)
    underWay.set(id, running)
    const over = running.over.then(() => void (underWay.get(id) === running && underWay.delete(id)))
    const result = await running.result
    await deps.lock.run(id, async () => {
      const now = deps.records.get(id)
      if (isCurrent(now)) deps.records.put(withResult(now, check, result))
    })
    await Promise.race([over, aborted(signal)])
  }
}

/** Where the sandbox runs on after a pause, what was frozen in it is of no more use. */
async function endEarlier(earlier: RunningCheck | undefined): Promise<void> {
  if (!earlier) return
  await earlier.kill()
  await earlier.over
}

function withResult(record: SandboxRecord, check: EffectiveCheck, result: HealthResult): SandboxRecord {
  const { health, startedAt } = record.sandbox
  const isInStartPeriod = Date.parse(result.startedAt) - Date.parse(startedAt ?? '') < check.startPeriodMs
  const before = { status: health ?? 'starting', log: record.healthLog } as const
  const { status, log } = judgeHealth(before, result, { retries: check.retries, isInStartPeriod })
  return { ...withSandbox(record, { health: status }), healthLog: log }
}

/** So long after the last check of this run, or after its start. */
function nextCheckAt({ sandbox, healthLog }: SandboxRecord, check: EffectiveCheck): number {
  const begun = Date.parse(sandbox.startedAt ?? '')
  const latest = healthLog.latest.at(-1)
  const since = latest && Date.parse(latest.startedAt) >= begun ? Date.parse(latest.endedAt) : begun
  const startsUp = sandbox.health === 'starting' && since - begun < check.startPeriodMs
  return since + (startsUp ? Math.min(check.startIntervalMs, check.intervalMs) : check.intervalMs)
}

/** Timers of this runtime have 31 bits. */
const longestWaitMs = 2 ** 31 - 1

async function pauseUntil(at: number, now: () => Date, signal: AbortSignal): Promise<void> {
  for (let left = at - now().getTime(); left > 0 && !signal.aborted; left = at - now().getTime()) {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, Math.min(left, longestWaitMs))
      signal.addEventListener('abort', done, { once: true })
    })
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
