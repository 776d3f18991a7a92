import type { DatabaseSync } from 'node:sqlite'
import { openQuarantine, type Quarantine } from '../state/quarantine.ts'

/** A quarantine whose reports nobody reads. */
export function openTestQuarantine(database: DatabaseSync): Quarantine {
  return openQuarantine({ database, now: () => new Date(0), onMoved: () => {}, onBack: () => {} })
}
