import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { Image } from '#contract/image'
import type { ImageRecords } from '../../images/image-records.ts'
import { inTransaction } from '../database.ts'

const Stored = z.strictObject({ image: Image, accounts: z.strictObject({ passwd: z.string(), group: z.string() }) })

/** The records of images on disk. */
export function openImageRecords(database: DatabaseSync): ImageRecords {
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
  }
}
