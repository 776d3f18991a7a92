import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, appError } from '#contract/app-error'
import { type Image, ImageName, type Task } from '#contract/image'
import { type Sentence, sentence } from '#contract/sentence'
import { createInTurn } from '../../base/async/locks.ts'
import { type DiskRoom, roomToFill } from '../../base/disk-room.ts'
import type { Run } from '../../base/process/run.ts'
import { stoppedBy } from '../../base/process/tool-errors.ts'
import type { Accounts, ImagePart } from '../../state/records/image-records.ts'
import type { PartFile } from '../layers/image-mounts.ts'
import { builtInName, findBuiltIn, prepareBuiltIn } from './built-in.ts'
import { createImageFiles, type ImageFiles, type ImageFilesDeps, type Stored } from './image-files.ts'
import { type FoundImage, findImage, withTag } from './image-names.ts'
import { countLayersHere } from './image-parts.ts'
import { createImageTools } from './image-tools.ts'
import { type OwnTree, packTree } from './pack-tree.ts'
import type { PartStore } from './part-store.ts'
import { type ImageBytes, prepareImages, type ReadImage } from './prepare-images.ts'
import { diskFull } from './refusals.ts'
import { clearStaging, withStaging } from './staging.ts'

export interface ImportRequest {
  /** Of an archive or a folder; absolute. */
  readonly path: string
  /** Absent: the names in the archive. */
  readonly name?: string
  readonly signal: AbortSignal
  onProgress(phase: Task['phase'], progress: number | null): void
  /** Called for each image once it is on record; the files of its bytes are the caller's to take, and gone after it. */
  onStored?(image: Pick<Image, 'digest'>, bytes: ImageBytes): Promise<void>
}

/**
 * The images of one agent. An image is a record, and a few EROFS files that lie over one another, its parts. Images that have
 * the same lowest layers have the same parts there (ADR 29).
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
  /**
   * All images of an archive or none. A name moves to the new image; one without a name is kept. What has the name of the built-in
   * image does not get it, and is left out where it has no other: the built-in one, as it was, stands last in the answer then.
   */
  import(request: ImportRequest): Promise<Image[]>
  /**
   * Removes a name, and the image with its last; by digest, the image with all names.
   * `inUse` names the sandboxes that use an image, which is then kept.
   */
  remove(ref: string, inUse: (digest: string) => readonly string[]): Promise<RemovedImage>
  /** Gives an image that is here one more name, which moves to it. */
  addName(digest: string, name: string): Promise<Image>
  /** Takes a name from its image, which stays. That of the built-in image stays with it. */
  dropName(ref: string): Image
  /** Makes `busybox:latest` of this machine's busybox, unless it is there and made of this very busybox. */
  ensureBuiltIn(signal: AbortSignal): Promise<void>
  /** Makes an image of what `fill` puts into its root folder, unless there is one of that digest. */
  ensureTree(tree: OwnTree, fill: (rootfs: string) => Promise<void>, signal: AbortSignal): Promise<Image>
  /** The files of an image, the lowest part first. */
  parts(digest: string): readonly (ImagePart & PartFile)[]
  /**
   * How many of these layers, the lowest first and by the digests of their uncompressed tar files (`rootfs.diff_ids`), are here
   * already in parts that an image with these layers will have. They are not unpacked again.
   */
  layersHere(diffIds: readonly string[]): number
  accounts(digest: string): Accounts
  /** At the agent's start, before anything else: removes what a crash has left. Gives a sentence for each. */
  reconcile(): Promise<readonly Sentence[]>
}

export interface RemovedImage {
  readonly digest: string
  /** Or it only lost a name. */
  readonly deleted: boolean
  /** Bytes on disk. What other images have too is kept. */
  readonly freedBytes: number
}

export interface ImageStoreDeps extends ImageFilesDeps {
  readonly run: Run
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
  const { list, accounts } = files
  return {
    list,
    accounts,
    parts: files.partsOf,
    layersHere: (diffIds) => countLayersHere([...files.stored.values()], diffIds),
    find: (ref) => findByAnyName(deps, list(), ref).image,
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
        files.rename(digest, left)
        return { digest, deleted: false, freedBytes: 0 }
      }
      if (builtIn) throw builtInKept()
      refuseInUse(ref, inUse(digest))
      return { digest, deleted: true, freedBytes: await files.delete(digest) }
    },

    dropName: (ref) => dropName(deps, files, ref),
    addName: async (digest, name) => files.addName(digest, checkedName(name)),

    ensureBuiltIn: (signal) =>
      explainStop(signal, () =>
        inTurn(signal, async () => {
          const source = await findBuiltIn(run, signal)
          if (files.has(source.digest)) return
          await holding(files.parts, [source.digest], () =>
            withStaging(folder, async (staging) => {
              const made = { staging, tools: createImageTools(run, staging), parts: files.parts }
              const prepared = await prepareBuiltIn(made, source, signal)
              files.publish([{ ...prepared, names: keepsName(files.stored) ? [] : prepared.names }])
            }),
          )
          deps.log.info({ digest: source.digest }, 'made the built-in image')
        }),
      ),

    ensureTree: (tree, fill, signal) =>
      explainStop(signal, () => inTurn(signal, () => ensureTree(deps, files, { tree, fill, signal }))),

    reconcile: () => reconcileImages(deps, files),
  }
}

function dropName(deps: ImageStoreDeps, files: ImageFiles, ref: string): Image {
  const { image, name } = findByAnyName(deps, files.list(), ref)
  if (name === null) throw appError('image-untag-what', { image: ref })
  if (image.builtIn && name === builtInName) throw builtInKept()
  files.rename(
    image.digest,
    image.names.filter((other) => other !== name),
  )
  return findImage(files.list(), image.digest).image
}

interface TreeWish {
  readonly tree: OwnTree
  fill(rootfs: string): Promise<void>
  readonly signal: AbortSignal
}

async function ensureTree(
  { folder, run }: ImageStoreDeps,
  files: ImageFiles,
  { tree, fill, signal }: TreeWish,
): Promise<Image> {
  const { digest, name } = tree
  const known = files.list().find((image) => image.digest === digest)
  if (known !== undefined && files.has(digest)) return known.names.includes(name) ? known : files.addName(digest, name)
  return holding(files.parts, [digest], () =>
    withStaging(folder, async (staging) => {
      const tools = createImageTools(run, staging)
      tools.check()
      const rootfs = join(staging, 'rootfs')
      await mkdir(rootfs, { mode: 0o755 })
      await fill(rootfs)
      files.publish([await packTree({ tools, staging, parts: files.parts }, tree, signal)])
      return findImage(files.list(), digest).image
    }),
  )
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

async function importImages(
  { folder, run, ...deps }: ImageStoreDeps,
  files: ImageFiles,
  request: ImportRequest,
  staging: string,
): Promise<Image[]> {
  const held: { release(): Promise<void> }[] = []
  try {
    const prepared = await prepareImages(
      {
        ...{ run, staging, parts: files.parts, mounts: deps.mounts, known: files.known, isStored: files.has },
        tools: createImageTools(run, staging),
        untrusted: deps.untrusted ?? (() => []),
        room: deps.room ?? (() => roomToFill(folder)),
        hold: (digests) => void held.push(files.parts.hold(digests)),
      },
      request,
    )
    if (request.signal.aborted) throw stoppedBy(request.signal)
    const taken = withoutBuiltInName(prepared)
    const published = files.publish(taken)
    for (const { digest, bytes } of taken) await request.onStored?.({ digest }, bytes)
    return prepared.some(isBuiltIn) ? [...published, ...files.list().filter(isBuiltIn)] : published
  } finally {
    for (const each of held) await each.release()
  }
}

async function reconcileImages({ folder, log }: ImageStoreDeps, files: ImageFiles): Promise<Sentence[]> {
  await mkdir(join(folder, 'staging'), { recursive: true, mode: 0o700 })
  const found: Sentence[] = (await clearStaging(folder)).map((name) => sentence('found-import-unfinished', { name }))
  for (const { image } of [...files.stored.values()]) {
    if (files.has(image.digest)) continue
    await files.delete(image.digest)
    found.push(sentence('found-image-gone', { image: image.names[0] ?? image.digest }))
  }
  found.push(...(await files.parts.sweep()))
  for (const { message } of found) log.warn({ folder }, message)
  return found
}

/** Parts that come into being are not swept away as nobody's before their image is on record. */
async function holding<T>(parts: PartStore, digests: readonly string[], work: () => Promise<T>): Promise<T> {
  const held = parts.hold(digests)
  try {
    return await work()
  } finally {
    await held.release()
  }
}

/**
 * Whoever says `busybox` means the one that Joey made: an archive must not be able to put its own in that place. It may be one of
 * several that were saved together, so that the others are taken; alone it is refused.
 */
function withoutBuiltInName(prepared: readonly ReadImage[]): ReadImage[] {
  const left = prepared.flatMap((each) => {
    if (!isBuiltIn(each)) return [each]
    const names = each.names.filter((name) => name !== builtInName)
    return names.length > 0 ? [{ ...each, names }] : []
  })
  if (left.length === 0) throw appError('image-name-of-built-in', { name: builtInName })
  return left
}

function isBuiltIn({ names }: { readonly names: readonly string[] }): boolean {
  return names.includes(builtInName)
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
