import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, appError } from '#contract/app-error'
import { type Image, ImageDigest, ImageName, type Task } from '#contract/image'
import { type Sentence, sentence } from '#contract/sentence'
import { createInTurn } from '../../base/async/locks.ts'
import { type DiskRoom, roomToFill } from '../../base/disk-room.ts'
import { idsOfSandbox } from '../../base/kernel/id-ranges.ts'
import type { Run } from '../../base/process/run.ts'
import { stoppedBy } from '../../base/process/tool-errors.ts'
import type { Accounts, ImageRecord, ImageRecords } from '../../state/records/image-records.ts'
import { builtInName, findBuiltIn, prepareBuiltIn } from './built-in.ts'
import { type FoundImage, findImage, imageNotFound, withTag } from './image-names.ts'
import { createImageTools } from './image-tools.ts'
import { type PreparedImage, prepareImages } from './prepare-images.ts'
import { diskFull } from './refusals.ts'
import { clearStaging, publishFile, withStaging } from './staging.ts'

export interface ImportRequest {
  /** Of an archive or a folder; absolute. */
  readonly path: string
  /** Absent: the names in the archive. */
  readonly name?: string
  readonly signal: AbortSignal
  onProgress(phase: Task['phase'], progress: number | null): void
}

/**
 * The images of one agent. An image is one EROFS file, named by a digest, and a record.
 *
 * The digest is that of the OCI manifest which skopeo writes for the image, so that the same archive gives the same
 * digest and is stored once. It is not always the digest that a registry knows the image by: in an archive of docker
 * the layers are not compressed, in a registry they are.
 */
export interface ImageStore {
  /** By name; those without a name last. */
  list(): readonly Image[]
  /** By name (`latest` where no tag is given), digest, or a start of a digest that fits one image. */
  find(ref: string): Image
  /** All images of an archive or none. A name moves to the new image; one without a name is kept. */
  import(request: ImportRequest): Promise<Image[]>
  /**
   * Removes a name, and the image with its last; by digest, the image with all names.
   * `inUse` names the sandboxes that use an image, which is then kept.
   */
  remove(ref: string, inUse: (digest: string) => readonly string[]): Promise<{ digest: string; deleted: boolean }>
  /** Gives an image that is here one more name, which moves to it. */
  addName(digest: string, name: string): Promise<Image>
  /** Makes `busybox:latest` of this machine's busybox, unless it is there and made of this very busybox. */
  ensureBuiltIn(signal: AbortSignal): Promise<void>
  /** Where the EROFS file of an image lies. */
  filePath(digest: string): string
  accounts(digest: string): Accounts
  /** At the agent's start, before anything else: removes what a crash has left. Gives a sentence for each. */
  reconcile(): Promise<readonly Sentence[]>
}

/** A name that means another image from now on. */
export interface MovedName {
  readonly name: string
  readonly from: string
  readonly to: string
}

export interface ImageStoreDeps {
  readonly folder: string
  readonly records: ImageRecords
  readonly run: Run
  onChanged(image: Image): void
  onRemoved(digest: string): void
  onMoved(move: MovedName): void
  /** Of an image whose files belong to ids that a sandbox with ids of its own has not: the highest. */
  onForeignIds(name: string, highest: number): void
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void }
  /** Folders of this machine in which a sandbox may write: none unless given. */
  readonly untrusted?: () => readonly string[]
  /** What a name that no image has may stand for, by the settings. */
  readonly nameOf?: (ref: string) => string | null
  /** Of the disk that the folder is on; measured unless given. */
  readonly room?: () => Promise<DiskRoom>
}

export function createImageStore(deps: ImageStoreDeps): ImageStore {
  const { folder, run } = deps
  const inTurn = createInTurn()
  const files = createImageFiles(deps)
  const { list, filePath } = files
  return {
    list,
    filePath,
    find: (ref) => findByAnyName(deps, list(), ref).image,
    accounts: (digest) => recordOf(files.stored, digest).accounts,
    async import({ name, ...request }) {
      const given = name === undefined ? request : { ...request, name: checkedName(name) }
      return explainStop(given.signal, () =>
        inTurn(given.signal, () => withStaging(folder, (staging) => importImages(deps, files, given, staging))),
      )
    },

    async remove(ref, inUse) {
      const { image, name } = findByAnyName(deps, list(), ref)
      const { digest, builtIn } = image
      const left = name === null ? [] : image.names.filter((other) => other !== name)
      if (left.length > 0) {
        files.put([{ ...recordOf(files.stored, digest), image: { ...image, names: left } }])
        return { digest, deleted: false }
      }
      if (builtIn) throw builtInKept()
      refuseInUse(ref, inUse(digest))
      await files.delete(digest)
      return { digest, deleted: true }
    },

    async addName(digest, name) {
      const { image, accounts } = recordOf(files.stored, digest)
      await files.publish([{ digest, names: [checkedName(name)], file: null, image, accounts, highestId: 0 }])
      return imageOf(files.stored, digest)
    },

    ensureBuiltIn: (signal) =>
      explainStop(signal, () =>
        inTurn(signal, async () => {
          const source = await findBuiltIn(run, signal)
          if (files.has(source.digest)) return
          await withStaging(folder, async (staging) => {
            const prepared = await prepareBuiltIn(source, createImageTools(run, staging), staging, signal)
            await files.publish([{ ...prepared, names: keepsName(files.stored) ? [] : prepared.names }])
          })
          deps.log.info({ digest: source.digest }, 'made the built-in image')
        }),
      ),

    reconcile: () => reconcileImages(deps, files),
  }
}

/** A name that is here goes before what it would stand for. */
function findByAnyName({ nameOf }: ImageStoreDeps, images: readonly Image[], ref: string): FoundImage {
  const other = nameOf?.(ref) ?? null
  const isHere = other !== null && images.some(({ names }) => names.includes(other))
  try {
    return findImage(images, ref)
  } catch (error) {
    if (!isHere) throw error
    return findImage(images, other)
  }
}

type ImageFiles = ReturnType<typeof createImageFiles>

/** The records of images and the files that they stand for. */
function createImageFiles(deps: ImageStoreDeps) {
  const { folder, records } = deps
  const stored = new Map(records.list().map((record) => [record.image.digest, record]))
  const filePath = (digest: string): string =>
    join(folder, `${ImageDigest.parse(digest).slice('sha256:'.length)}.erofs`)
  const put = (changed: readonly ImageRecord[]): void => {
    records.put(changed)
    for (const record of changed) stored.set(record.image.digest, record)
    for (const { image } of changed) deps.onChanged(image)
  }
  return {
    stored: stored as Stored,
    filePath,
    put,
    has: (digest: string): boolean => stored.has(digest) && existsSync(filePath(digest)),
    list: (): Image[] => [...stored.values()].map(({ image }) => image).sort(byName),
    /** First the files, then all records at once: a crash between them leaves files that nobody knows, and no more. */
    async publish(prepared: readonly PreparedImage[]): Promise<Image[]> {
      for (const { digest, file } of prepared) if (file !== null) await publishFile(file, filePath(digest))
      const moved = findMoved(stored, prepared)
      put(mergeRecords(stored, prepared, new Date().toISOString()))
      for (const each of moved) deps.onMoved(each)
      for (const { digest, names, highestId } of prepared) {
        if (highestId >= idsOfSandbox) deps.onForeignIds(names[0] ?? digest, highestId)
      }
      return [...new Set(prepared.map(({ digest }) => digest))].map((digest) => imageOf(stored, digest))
    },
    async delete(digest: string): Promise<void> {
      records.delete(digest)
      stored.delete(digest)
      deps.onRemoved(digest)
      await rm(filePath(digest), { force: true })
    },
  }
}

async function importImages(
  { folder, run, ...deps }: ImageStoreDeps,
  files: ImageFiles,
  request: ImportRequest,
  staging: string,
): Promise<Image[]> {
  const tools = createImageTools(run, staging)
  const untrusted = deps.untrusted ?? (() => [])
  const room = deps.room ?? (() => roomToFill(folder))
  const prepared = await prepareImages({ staging, tools, room, untrusted, isStored: files.has }, request)
  if (request.signal.aborted) throw stoppedBy(request.signal)
  refuseBuiltInName(prepared)
  return files.publish(prepared)
}

async function reconcileImages({ folder, records, log }: ImageStoreDeps, files: ImageFiles): Promise<Sentence[]> {
  await mkdir(join(folder, 'staging'), { recursive: true, mode: 0o700 })
  const found: Sentence[] = (await clearStaging(folder)).map((name) => sentence('found-import-unfinished', { name }))
  const known = new Set(
    [...files.stored.keys(), ...records.unreadable()].map((digest) => `${digest.slice('sha256:'.length)}.erofs`),
  )
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.erofs') || known.has(file)) continue
    await rm(join(folder, file), { force: true })
    found.push(sentence('found-image-stranger', { file }))
  }
  for (const { image } of [...files.stored.values()]) {
    if (existsSync(files.filePath(image.digest))) continue
    await files.delete(image.digest)
    found.push(sentence('found-image-gone', { image: image.names[0] ?? image.digest }))
  }
  for (const { message } of found) log.warn({ folder }, message)
  return found
}

type Stored = ReadonlyMap<string, ImageRecord>

function findMoved(stored: Stored, prepared: readonly PreparedImage[]): readonly MovedName[] {
  return prepared.flatMap(({ digest: to, names }) =>
    [...stored.values()].flatMap(({ image: { digest: from, names: had } }) =>
      from === to ? [] : had.filter((name) => names.includes(name)).map((name) => ({ name, from, to })),
    ),
  )
}

/** Whoever says `busybox` means the one that Joey made: an archive must not be able to put its own in that place. */
function refuseBuiltInName(prepared: readonly PreparedImage[]): void {
  const taken = prepared.some(({ image, names }) => !image.builtIn && names.includes(builtInName))
  if (taken) throw appError('image-name-of-built-in', { name: builtInName })
}

/** The records that change: new ones, old ones under more names, and those that lose a name to another. */
function mergeRecords(stored: Stored, prepared: readonly PreparedImage[], now: string): ImageRecord[] {
  const all = new Map(stored)
  for (const { digest, names, image, accounts, file } of prepared) {
    for (const [other, record] of all) {
      const kept = record.image.names.filter((name) => !names.includes(name))
      const superseded = image.builtIn && record.image.builtIn && other !== digest
      if (kept.length === record.image.names.length && !superseded) continue
      all.set(other, { ...record, image: { ...record.image, names: kept, ...(superseded && { builtIn: false }) } })
    }
    const before = all.get(digest)
    const merged = [...new Set([...(before?.image.names ?? []), ...names])].sort()
    const record =
      before !== undefined && file === null
        ? { ...before, image: { ...before.image, names: merged } }
        : { image: { ...image, digest, names: merged, importedAt: now }, accounts }
    all.set(digest, record)
  }
  return [...all.values()].filter((record) => stored.get(record.image.digest) !== record)
}

/** Cancellation, and a full disk, are reported as such, whatever the piece of work that they hit made of it. */
async function explainStop<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError) throw error
    if (signal.aborted) throw stoppedBy(signal)
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? diskFull(String(error)) : error
  }
}

function recordOf(stored: Stored, digest: string): ImageRecord {
  const record = stored.get(digest)
  if (record) return record
  throw imageNotFound(
    digest,
    [...stored.values()].map(({ image }) => image),
  )
}

function imageOf(stored: Stored, digest: string): Image {
  return recordOf(stored, digest).image
}

/** Whether somebody else's image has taken the name of the built-in one; it is not taken back. */
function keepsName(stored: Stored): boolean {
  return [...stored.values()].some(({ image }) => !image.builtIn && image.names.includes(builtInName))
}

function checkedName(name: string): string {
  const result = ImageName.safeParse(name.replace(/@sha256:[a-f0-9]{64}$/, ''))
  if (result.success) return name.includes('@') ? name : withTag(result.data)
  throw appError('image-name-invalid')
}

function builtInKept(): Error {
  return appError('image-built-in')
}

function refuseInUse(ref: string, sandboxes: readonly string[]): void {
  if (sandboxes.length === 0) return
  const names = sandboxes.slice(0, 5).join(', ')
  throw appError('image-in-use', { ref, sandboxes: names, count: sandboxes.length })
}

function byName(one: Image, other: Image): number {
  const [first, second] = [one.names[0] ?? '\uffff', other.names[0] ?? '\uffff']
  return first < second ? -1 : first > second ? 1 : one.digest < other.digest ? -1 : 1
}
