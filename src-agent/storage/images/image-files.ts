import type { Image } from '#contract/image'
import { ImageDigest } from '#contract/image'
import { idsOfSandbox } from '../../base/kernel/id-ranges.ts'
import type { Accounts, ImagePart, ImageRecord, ImageRecords } from '../../state/records/image-records.ts'
import type { PartFile, PartMounts } from '../layers/image-mounts.ts'
import { imageNotFound } from './image-names.ts'
import { createPartStore, type PartStore } from './part-store.ts'
import type { PreparedImage } from './prepare-images.ts'

/** A name that means another image from now on. */
export interface MovedName {
  readonly name: string
  readonly from: string
  readonly to: string
}

export interface ImageFilesDeps {
  readonly folder: string
  readonly records: ImageRecords
  readonly mounts: PartMounts
  onChanged(image: Image): void
  onRemoved(digest: string): void
  onMoved(move: MovedName): void
  /** Of an image whose files belong to ids that a sandbox with ids of its own has not: the highest. */
  onForeignIds(name: string, highest: number): void
}

/** The records of images and the parts that they are made of. */
export interface ImageFiles {
  readonly stored: Stored
  readonly parts: PartStore
  /** Replaces records, all or none. */
  put(changed: readonly ImageRecord[]): void
  /** With all its files. */
  has(digest: string): boolean
  /** By name; those without a name last. */
  list(): Image[]
  /** Of an image, the lowest first. */
  partsOf(digest: string): readonly (ImagePart & PartFile)[]
  /** A part as some image has it. */
  known(digest: string): ImagePart | null
  /** All records at once; their files are there. A crash before it leaves files that nobody knows, and no more. */
  publish(prepared: readonly PreparedImage[]): Image[]
  accounts(digest: string): Accounts
  /** Names of one image, in place of those that it has. */
  rename(digest: string, names: readonly string[]): void
  /** One more name of one image, which moves to it. */
  addName(digest: string, name: string): Image
  /** Gives the bytes that it frees: parts that other images have stay. */
  delete(digest: string): Promise<number>
}

export type Stored = ReadonlyMap<string, ImageRecord>

export function createImageFiles(deps: ImageFilesDeps): ImageFiles {
  const { records } = deps
  const stored = new Map(records.list().map((record) => [record.image.digest, record]))
  const allParts = () => [...stored.values()].flatMap(partsIn)
  const parts = createPartStore({
    ...deps,
    isUsed: (digest) => allParts().some((part) => part.digest === digest) || records.unreadable().includes(digest),
  })
  const list = (): Image[] => withShared(stored).sort(byName)
  const announcing = createAnnouncing(list, deps.onChanged)
  const put = (changed: readonly ImageRecord[]): void =>
    announcing(
      changed.map(({ image }) => image.digest),
      () => {
        records.put(changed)
        for (const record of changed) stored.set(record.image.digest, record)
      },
    )
  const partsOf = (digest: string) =>
    partsIn(recordOf(stored, digest)).map((part) => ({ ...part, path: parts.path(part.digest) }))
  const publish: ImageFiles['publish'] = (prepared) => {
    const moved = findMoved(stored, prepared)
    put(mergeRecords(stored, prepared, new Date().toISOString()))
    tellOf(deps, prepared, moved)
    const now = new Map(list().map((image) => [image.digest, image]))
    return [...new Set(prepared.map(({ digest }) => digest))].flatMap((digest) => now.get(digest) ?? [])
  }
  return {
    stored,
    parts,
    put,
    publish,
    list,
    partsOf,
    has: (digest) => stored.has(digest) && partsOf(digest).every((part) => parts.has(part.digest)),
    known: (digest) => allParts().find((part) => part.digest === digest) ?? null,
    accounts: (digest) => recordOf(stored, digest).accounts,
    rename(digest, names) {
      const record = recordOf(stored, digest)
      put([{ ...record, image: { ...record.image, names: [...names] } }])
    },
    addName(digest, name) {
      const { image, accounts } = recordOf(stored, digest)
      publish([{ digest, names: [name], parts: null, image, accounts, highestId: 0 }])
      return list().find((each) => each.digest === digest) ?? image
    },
    async delete(digest) {
      const had = partsIn(recordOf(stored, digest))
      announcing([], () => {
        records.delete(digest)
        stored.delete(digest)
        deps.onRemoved(digest)
      })
      const removed = await parts.removeUnused(had.map((part) => part.digest))
      return had.reduce((sum, part) => sum + (removed.includes(part.digest) ? part.bytes : 0), 0)
    },
  }
}

function tellOf(deps: ImageFilesDeps, prepared: readonly PreparedImage[], moved: readonly MovedName[]): void {
  for (const each of moved) deps.onMoved(each)
  for (const { digest, names, highestId } of prepared) {
    if (highestId >= idsOfSandbox) deps.onForeignIds(names[0] ?? digest, highestId)
  }
}

/** Makes a change and tells of the images that it is about, and of those that share more or less with others since. */
function createAnnouncing(list: () => readonly Image[], onChanged: (image: Image) => void) {
  return (changed: readonly string[], change: () => void): void => {
    const before = new Map(list().map((image) => [image.digest, image.sharedBytes]))
    change()
    for (const image of list()) {
      if (changed.includes(image.digest) || before.get(image.digest) !== image.sharedBytes) onChanged(image)
    }
  }
}

/** The lowest first. An image that was stored as one file is one part of its own. */
function partsIn({ image, parts }: ImageRecord): readonly ImagePart[] {
  if (parts.length > 0) return parts
  return [{ digest: ImageDigest.parse(image.digest), start: 0, bytes: image.sizeBytes, layers: [] }]
}

/** What others have too is not kept on record, because it changes with them. */
function withShared(stored: Stored): Image[] {
  const all = [...stored.values()]
  const uses = new Map<string, number>()
  for (const { digest } of all.flatMap(partsIn)) uses.set(digest, (uses.get(digest) ?? 0) + 1)
  return all.map((record) => {
    const shared = partsIn(record).filter(({ digest }) => (uses.get(digest) ?? 0) > 1)
    return { ...record.image, sharedBytes: shared.reduce((sum, { bytes }) => sum + bytes, 0) }
  })
}

function findMoved(stored: Stored, prepared: readonly PreparedImage[]): readonly MovedName[] {
  return prepared.flatMap(({ digest: to, names }) =>
    [...stored.values()].flatMap(({ image: { digest: from, names: had } }) =>
      from === to ? [] : had.filter((name) => names.includes(name)).map((name) => ({ name, from, to })),
    ),
  )
}

/** The records that change: new ones, old ones under more names, and those that lose a name to another. */
function mergeRecords(stored: Stored, prepared: readonly PreparedImage[], now: string): ImageRecord[] {
  const all = new Map(stored)
  for (const { digest, names, image, accounts, parts } of prepared) {
    for (const [other, record] of all) {
      const kept = record.image.names.filter((name) => !names.includes(name))
      const superseded = image.builtIn && record.image.builtIn && other !== digest
      if (kept.length === record.image.names.length && !superseded) continue
      all.set(other, { ...record, image: { ...record.image, names: kept, ...(superseded && { builtIn: false }) } })
    }
    const before = all.get(digest)
    const merged = [...new Set([...(before?.image.names ?? []), ...names])].sort()
    const record =
      before !== undefined && parts === null
        ? { ...before, image: { ...before.image, names: merged } }
        : {
            image: { ...image, digest, names: merged, importedAt: now, sharedBytes: 0 },
            accounts,
            parts: [...(parts ?? [])],
          }
    all.set(digest, record)
  }
  return [...all.values()].filter((record) => stored.get(record.image.digest) !== record)
}

function recordOf(stored: Stored, digest: string): ImageRecord {
  const record = stored.get(digest)
  if (record) return record
  throw imageNotFound(
    digest,
    [...stored.values()].map(({ image }) => image),
  )
}

function byName(one: Image, other: Image): number {
  const [first, second] = [one.names[0] ?? '\uffff', other.names[0] ?? '\uffff']
  return first < second ? -1 : first > second ? 1 : one.digest < other.digest ? -1 : 1
}
