import type { Logger } from 'pino'
import { createSlots } from '../base/async/slots.ts'
import type { EventLog } from '../state/event-log.ts'
import { type SandboxRecord, type SandboxRecords, withSandbox } from '../state/records/sandbox-records.ts'
import { decideRestart } from './restart-policy.ts'
import type { SandboxService } from './sandbox-service.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly events: EventLog
  readonly sandboxes: Pick<SandboxService, 'startAgain'>
  readonly log: Logger
  readonly now: () => Date
}

/** Hundreds that end at once come back a few at a time: each start takes processors from what runs. */
const atOnce = 4

/**
 * Starts sandboxes again by their policies. When is on record, so that an agent that dies meanwhile is followed by one that
 * does it. Returns its own undo: what waits is then the next agent's.
 */
export function followRestarts(deps: Deps): () => void {
  const { records, events, now } = deps
  let isOver = false
  const starting = createSlots(atOnce)
  const timers = new Set<NodeJS.Timeout>()

  const startAt = (id: string, at: string): void => {
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        void starting(() => (isOver ? Promise.resolve() : startAgain(deps, id, at)))
      },
      Math.max(0, Date.parse(at) - now().getTime()),
    )
    timers.add(timer)
  }
  const plan = (record: SandboxRecord, returning = false): void => {
    // Between two classes, or two disks, others decide what becomes of it.
    if (record.change !== null || record.restore !== null) return
    const restart = decideRestart(record, { returning })
    if (restart === null) return
    const at = new Date(now().getTime() + restart.waitMs).toISOString()
    records.put(withSandbox(record, { restarts: restart.restarts, restartsAt: at }))
    startAt(record.sandbox.id, at)
  }

  for (const record of records.all()) {
    // What still runs was not stopped: who asked for that has been told that the agent went away.
    if (record.startsAgain && record.sandbox.state !== 'stopped') records.put({ ...record, startsAgain: false })
    plan(record, true)
  }
  const unsubscribe = events.subscribe((event) => {
    if (event.type !== 'sandbox.changed' || event.sandbox.state !== 'stopped') return
    const { id } = event.sandbox
    // After whoever has put this on record.
    setImmediate(() => {
      const record = records.get(id)
      if (record && record.sandbox.restartsAt === null && !isOver) plan(record)
    })
  })
  return () => {
    isOver = true
    unsubscribe()
    for (const timer of timers) clearTimeout(timer)
  }
}

async function startAgain({ sandboxes, log }: Deps, id: string, at: string): Promise<void> {
  await sandboxes.startAgain(id, at).catch((err: unknown) => {
    // On record as the end of the sandbox, which the policy then sees.
    log.warn({ err, id }, 'a sandbox was not started again')
  })
}
