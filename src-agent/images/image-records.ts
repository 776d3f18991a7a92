import type { Image } from '#contract/image'

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
}
