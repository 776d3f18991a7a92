import type { ImageRecord, ImageRecords } from '../../state/records/image-records.ts'

/** Records that die with the process; for tests. */
export function createMemoryRecords(): ImageRecords {
  const records = new Map<string, ImageRecord>()
  return {
    list: () => [...records.values()],
    put(changed) {
      for (const record of changed) records.set(record.image.digest, structuredClone(record))
    },
    delete(digest) {
      records.delete(digest)
    },
    unreadable: () => [],
  }
}
