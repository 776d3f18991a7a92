import type { Listing } from './list-folder.ts'

/** Listings for a few seconds, so that the next steps of a large folder fit the first and cost nothing. */
export interface ListingCache {
  /** The kept one; else what `make` gives, which is kept. `fresh`: not the kept one. */
  get(key: string, fresh: boolean, make: () => Promise<Listing>): Promise<Listing>
  /** Something was changed. */
  clear(): void
}

const keptMs = 15_000
const most = 8

export function createListingCache(now: () => number): ListingCache {
  const kept = new Map<string, { readonly listing: Listing; readonly until: number }>()
  let changes = 0
  const drop = (): void => {
    for (const [key, { until }] of kept) if (until <= now()) kept.delete(key)
  }
  return {
    async get(key, fresh, make) {
      drop()
      const found = fresh ? undefined : kept.get(key)
      if (found) return found.listing
      const before = changes
      const listing = await make()
      if (before !== changes) return listing
      kept.delete(key)
      const [oldest] = kept.keys()
      if (kept.size >= most && oldest !== undefined) kept.delete(oldest)
      kept.set(key, { listing, until: now() + keptMs })
      // A large one is not to stay in memory because nobody asks any more.
      setTimeout(drop, keptMs + 100).unref()
      return listing
    },
    clear() {
      changes += 1
      kept.clear()
    },
  }
}
