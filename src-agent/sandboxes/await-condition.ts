import { appError } from '#contract/app-error'
import type { SandboxId } from '#contract/sandbox'
import type { awaitedConditions } from '#contract/words'
import type { EventLog } from '../state/event-log.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import { decideRestart } from './restart-policy.ts'

export type AwaitedCondition = (typeof awaitedConditions)[number]

interface Deps {
  readonly records: Pick<SandboxRecords, 'get'>
  readonly events: Pick<EventLog, 'subscribe'>
}

/** Resolves when it is so. Rejects when it can no longer become so by itself, when it is removed, and with the signal. */
export function awaitCondition(
  { records, events }: Deps,
  id: SandboxId,
  { condition, signal }: { readonly condition: AwaitedCondition; readonly signal: AbortSignal },
): Promise<{ id: SandboxId }> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      unsubscribe()
      signal.removeEventListener('abort', onAbort)
    }
    const onAbort = (): void => {
      leave()
      reject(appError('cancelled'))
    }
    const look = (): void => {
      try {
        if (!isMet(records.get(id), condition)) return
        leave()
        resolve({ id })
      } catch (error) {
        leave()
        reject(error as Error)
      }
    }
    const unsubscribe = events.subscribe((event) => {
      const about =
        event.type === 'sandbox.changed' ? event.sandbox.id : event.type === 'sandbox.removed' ? event.id : null
      // After whoever has put this on record, and has decided whether it starts again.
      if (about === id) setImmediate(look)
    })
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    else look()
  })
}

/** Throws where it can no longer become so. */
export function isMet(record: SandboxRecord | undefined, condition: AwaitedCondition): boolean {
  if (record === undefined) {
    if (condition === 'removed') return true
    throw appError('sandbox-removed', { during: 'work' })
  }
  const { state, health } = record.sandbox
  if (condition === 'removed') return false
  if (condition === 'running') return state === 'running'
  if (state === 'running' && health === 'healthy') return true
  const why = whyNever(record)
  if (why !== null) throw appError('sandbox-not-healthy', { name: record.sandbox.name, why })
  return false
}

function whyNever(record: SandboxRecord): 'unhealthy' | 'no-check' | 'ended' | null {
  const { state, health, restartsAt } = record.sandbox
  if (health === 'unhealthy') return 'unhealthy'
  if (health === null && (state === 'running' || state === 'paused')) return 'no-check'
  const isMoved = record.change !== null || record.restore !== null
  const ended = state === 'stopped' && !isMoved && restartsAt === null && decideRestart(record) === null
  return ended ? 'ended' : null
}
