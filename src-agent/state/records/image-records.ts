import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { Image, ImageDigest } from '#contract/image'
import { inTransaction } from '../database.ts'
import type { Quarantine } from '../quarantine.ts'

/** What is kept of an image: what clients see, and the accounts in it, which are read once at import. */
export interface ImageRecord {
  readonly image: Image
  readonly accounts: Accounts
  /** The files that it is made of, the lowest first. None: one that is named by the image's own digest, as images were stored before. */
  readonly parts: readonly ImagePart[]
}

const LayerSummary = z.strictObject({
  /** Digest of the uncompressed tar file, as `rootfs.diff_ids` has it. */
  diffId: z.string(),
  contentBytes: z.int().nonnegative(),
  entries: z.int().nonnegative(),
  /** When the newest file was changed, in seconds since 1970. */
  newest: z.int().nonnegative(),
  /** Whether it can be unpacked over others, as an overlay. */
  divisible: z.boolean(),
})
/** What is known of a layer of an image, and decides which part of the image it belongs to. */
export type LayerSummary = z.infer<typeof LayerSummary>

const ImagePart = z.strictObject({
  /** Of all layers in it and below; names its file. */
  digest: ImageDigest,
  /** Where in its file it begins; up to there the file is a hole. */
  start: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /** The lowest first. */
  layers: z.array(LayerSummary),
})
/** One of the files that an image is made of; images that have the same lowest layers have the same ones. */
export type ImagePart = z.infer<typeof ImagePart>

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
  /** All digests in those that are left out, because they cannot be read: files of these names are no leftovers. */
  unreadable(): readonly string[]
}

const Stored = z.strictObject({
  image: Image,
  accounts: z.strictObject({ passwd: z.string(), group: z.string() }),
  parts: z.array(ImagePart).default([]),
})

const digest = /sha256:[a-f0-9]{64}/g

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
    unreadable: () => quarantine.of('images').flatMap(({ id, text }) => [id, ...(text.match(digest) ?? [])]),
  }
}
