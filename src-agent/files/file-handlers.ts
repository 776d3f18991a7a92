import type { Handlers } from '../api/bind-operation.ts'
import type { TimeGround } from '../time-ground.ts'
import { createCopies } from './copies.ts'
import { createEdits } from './edits.ts'
import { createListingCache } from './listing-cache.ts'
import { createReads } from './reads.ts'

type Own = Pick<
  Handlers,
  'listFiles' | 'readFile' | 'writeFile' | 'changeFiles' | 'putFiles' | 'getFiles' | 'measureFiles'
>

/** Files of sandboxes, snapshots and images. */
export function createFileHandlers(ground: TimeGround): Own {
  const listings = createListingCache(() => performance.now())
  return {
    ...createReads(ground, listings),
    ...createEdits(ground, listings.clear),
    ...createCopies(ground, listings.clear),
  }
}
