import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { Image } from '#contract/image'
import { inTransaction } from '../database.ts'
import type { Quarantine } from '../quarantine.ts'

/** What is kept of an image: what clients see, and the accounts in it, which are read once at import. */
export interface ImageRecord {
  readonly image: Image
  readonly accounts: Accounts
}

/** Contents of `/etc/passwd` and `/etc/group` as in the image; '' where there is none. */
export interface Accounts {
  readonly passwd: string
  readonly group: string
}

/** Where records of images are kept. Synchronous, and durable once a call has returned. */
export interface ImageRecords {
  list(): readonly ImageRecord[]
  /** Adds or replaces by digest. MUST be all or nothing: a name moves from one record to another in one call. */
  put(records: readonly ImageRecord[]): void
  /** Deleting what does not exist is not an error. */
  delete(digest: string): void
  /** Digests of those that are left out, because they cannot be read: their files are no leftovers. */
  unreadable(): readonly string[]
}

const Stored = z.strictObject({ image: Image, accounts: z.strictObject({ passwd: z.string(), group: z.string() }) })

/** The records of images on disk. */
export function openImageRecords(database: DatabaseSync, quarantine: Quarantine): ImageRecords {
  // Before anybody reads them one by one.
  quarantine.readAll('images', Stored)
  const all = database.prepare('SELECT record FROM images')
  const upsert = database.prepare(
    'INSERT INTO images (digest, record) VALUES (?, ?) ON CONFLICT (digest) DO UPDATE SET record = excluded.record',
  )
  const remove = database.prepare('DELETE FROM images WHERE digest = ?')
  return {
    list: () => all.all().map((row) => Stored.parse(JSON.parse(String(row['record'])))),
    put: (records) =>
      inTransaction(database, () => {
        for (const record of records) upsert.run(record.image.digest, JSON.stringify(record))
      }),
    delete: (digest) => void remove.run(digest),
    unreadable: () => quarantine.of('images').map(({ id }) => id),
  }
}
