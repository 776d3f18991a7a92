import { listVolumes } from '#contract/volume'
import { call } from '../call.ts'
import { createQueryStore } from './query-store.ts'

/** What each volume takes on disk, by name. Requested, because sandboxes write to them all the time. */
export const volumeSizesStore = createQueryStore(
  async (_query: null): Promise<ReadonlyMap<string, number>> =>
    new Map((await call(listVolumes, { sizes: true })).map(({ name, sizeBytes }) => [name, sizeBytes ?? 0])),
)
