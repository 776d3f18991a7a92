import type { AgentEvent } from '#contract/observe'
import type { EventLog } from '../../state/event-log.ts'
import type { Measurements } from './measurements.ts'

/** Longer is a machine that slept or waited for a mount, and says nothing of the class. */
const longestMs = 120_000

/** Measures real starts: from `starting` on record to `running`. Returns its own undo. */
export function watchStarts(
  events: Pick<EventLog, 'subscribe'>,
  measurements: Pick<Measurements, 'note'>,
  now: () => number = () => performance.now(),
): () => void {
  const begun = new Map<string, number>()
  return events.subscribe((event: AgentEvent) => {
    if (event.type === 'sandbox.removed') begun.delete(event.id)
    if (event.type !== 'sandbox.changed') return
    const { id, state, class: of } = event.sandbox
    const from = begun.get(id)
    if (state === 'starting') begun.set(id, now())
    else begun.delete(id)
    if (state === 'running' && from !== undefined && now() - from < longestMs)
      measurements.note('startMs', of, now() - from)
  })
}
