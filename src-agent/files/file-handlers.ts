import { createArchiveCopies } from './archive-copies.ts'
import { type CopiesDeps, createCopies } from './copies.ts'
import { createEdits } from './edits.ts'
import { createListingCache } from './listing-cache.ts'
import { createReads } from './reads.ts'

interface Deps extends CopiesDeps {
  /** Ends when the agent stops. */
  readonly signal: AbortSignal
}

/** Files of sandboxes, snapshots and images. */
export function createFileHandlers(deps: Deps) {
  const listings = createListingCache(() => performance.now())
  return {
    ...createReads(deps, listings),
    ...createEdits(deps, listings.clear),
    ...createCopies(deps, listings.clear),
    ...createArchiveCopies(deps, listings.clear),
  }
}
