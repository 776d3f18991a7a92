import type { Fact } from '#contract/observe'
import type { EventLog } from './event-log.ts'

/** A change of one record that is not made yet: made together with others by {@link commitTogether}. */
export interface RecordChange {
  readonly facts: readonly Fact[]
  /** Statements. */
  write(): void
  /** In memory, once the statements are on disk. */
  apply(): void
}

/** All of the changes are on disk afterwards, or none. */
export function commitTogether(events: Pick<EventLog, 'commit'>, changes: readonly RecordChange[]): void {
  events.commit(
    changes.flatMap(({ facts }) => facts),
    () => {
      for (const change of changes) change.write()
    },
    () => {
      for (const change of changes) change.apply()
    },
  )
}
