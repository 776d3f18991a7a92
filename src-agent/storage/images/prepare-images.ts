import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError, appError } from '#contract/app-error'
import type { Image, Task } from '#contract/image'
import type { DiskRoom } from '../../base/disk-room.ts'
import { readFileInRoot } from '../../base/kernel/open-in-root.ts'
import type { Accounts, ImagePart } from '../../state/records/image-records.ts'
import { openArchive } from './archive-source.ts'
import { createdAtOf, toImageConfig } from './image-config.ts'
import { planParts } from './image-parts.ts'
import { type ImageSource, pathOfDigest, type SourceOptions } from './image-source.ts'
import type { ConvertFrom, ImageTools } from './image-tools.ts'
import { openLayout } from './layout-source.ts'
import { makeParts, type PartDeps, withImage } from './make-parts.ts'
import { Configuration, Manifest } from './oci-schemas.ts'
import { openPath } from './open-path.ts'
import { hostArchitecture, type ImagePlan, planImages } from './plan-images.ts'
import { digestMismatch, tooLargeForDisk, tooManyFilesForDisk } from './refusals.ts'
import { removeTree } from './staging.ts'

/** An image whose parts are kept, or, with `parts` null, one that is stored already. */
export interface PreparedImage {
  readonly digest: string
  readonly names: readonly string[]
  readonly parts: readonly ImagePart[] | null
  readonly image: Omit<Image, 'digest' | 'names' | 'importedAt' | 'sharedBytes'>
  readonly accounts: Accounts
  /** Of the owners and groups of its files. */
  readonly highestId: number
}

/** One that came as manifest, configuration and layers. */
export interface ReadImage extends PreparedImage {
  readonly bytes: ImageBytes
}

/** Manifest, configuration and layers of an image as files below staging, each named by the digits of its digest. */
export interface ImageBytes {
  readonly folder: string
  readonly manifest: string
  /** All of them, the manifest too. */
  readonly blobs: readonly string[]
}

export interface PrepareRequest {
  readonly path: string
  /** With tag; replaces the names in the archive. */
  readonly name?: string
  readonly signal: AbortSignal
  onProgress(phase: Task['phase'], progress: number | null): void
}

export interface PrepareDeps extends PartDeps {
  /** Keeps these parts until the import is over. */
  readonly hold: (digests: readonly string[]) => void
  readonly room: () => Promise<DiskRoom>
  /** Folders of this machine in which a sandbox may write. */
  readonly untrusted: () => readonly string[]
  /** Whether an image of that digest is stored, with its file. */
  isStored(digest: string): boolean
}

const accountBytes = 1024 * 1024
/** How much of an import each phase is, by its usual time. */
const share = { checking: 0.3, converting: 0.15, making: 0.55 }

/** Checks what lies at a path and makes the parts of each image in it, all within the staging folder. */
export async function prepareImages(deps: PrepareDeps, request: PrepareRequest): Promise<ReadImage[]> {
  request.onProgress('checking', 0)
  deps.tools.check()
  const opened = await openPath(request.path, deps.untrusted())
  const options: SourceOptions = {
    signal: request.signal,
    staging: deps.staging,
    freeBytes: (await deps.room()).bytes,
    confine: deps.tools.confine,
    onProgress: (part) => request.onProgress('checking', part === null ? null : part * share.checking),
  }
  try {
    const { file, place } = opened
    const source = file === null ? openLayout(place, options) : await openArchive(file, options)
    try {
      return await prepareAll(deps, request, source)
    } finally {
      await source.close()
    }
  } finally {
    await opened.close()
  }
}

async function prepareAll(deps: PrepareDeps, request: PrepareRequest, source: ImageSource): Promise<ReadImage[]> {
  const plans = await planImages(source)
  if (request.name !== undefined && plans.length > 1) {
    throw appError('image-name-for-many', { count: plans.length })
  }
  await copySource(deps.staging, source, plans)
  const prepared: ReadImage[] = []
  for (const [at, plan] of plans.entries()) {
    const names = request.name === undefined ? plan.names : [request.name]
    const report = (phase: Task['phase'], done: number): void =>
      request.onProgress(phase, share.checking + ((at + done) / plans.length) * (1 - share.checking))
    const same = prepared.map(({ digest }) => digest)
    const isKnown = (digest: string): boolean => same.includes(digest) || deps.isStored(digest)
    prepared.push({ ...(await prepareOne(deps, { ...request, plan, at, source, report, isKnown })), names })
  }
  return prepared
}

interface OneRequest {
  readonly plan: ImagePlan
  readonly at: number
  readonly source: ImageSource
  readonly signal: AbortSignal
  readonly report: (phase: Task['phase'], done: number) => void
  readonly isKnown: (digest: string) => boolean
}

async function prepareOne(
  deps: PrepareDeps,
  { plan, at, source, signal, report, isKnown }: OneRequest,
): Promise<Omit<ReadImage, 'names'>> {
  const { staging, tools, room } = deps
  const free = await room()
  // At worst a copy of the layers, the tree in blocks of 4 KiB, and a file of its size lie side by side.
  if (plan.blobBytes + 2 * plan.contentBytes + 4096 * plan.entries > free.bytes) throw tooLargeForDisk(free.bytes)
  if (plan.entries > free.files) throw tooManyFilesForDisk(plan.entries, free.files)
  report('converting', 0)
  const to = `image${at}`
  const digest = await tools.convert({ ...(await referenceOf(staging, plan, source)), to }, signal)
  const manifest = await checkConverted(join(staging, 'layout'), digest, plan)
  const bytes = bytesOf(staging, plan, { digest, manifest })
  const { configuration } = plan
  const about = {
    architecture: configuration.architecture || hostArchitecture,
    createdAt: createdAtOf(configuration),
    config: toImageConfig(configuration),
    builtIn: false,
  }
  if (isKnown(digest)) {
    const image = { ...about, sizeBytes: 0, contentBytes: 0 }
    return { digest, parts: null, image, accounts: { passwd: '', group: '' }, highestId: plan.highestId, bytes }
  }
  const planned = planParts(plan.layers)
  deps.hold(planned.map((part) => part.digest))
  const onProgress = (phase: Task['phase'], done: number): void =>
    report(phase, (share.converting + done * share.making) / (1 - share.checking))
  const packing = { ...deps, tools: packingWith(tools, plan.longName) }
  const parts = await makeParts(packing, { planned, manifest: digest, signal, onProgress })
  const { accounts, contentBytes } = await withImage(deps, parts, async () => ({
    accounts: await readAccounts(join(staging, 'rootfs')),
    contentBytes: await tools.measure(signal),
  }))
  await removeTree(join(staging, 'rootfs'))
  const sizeBytes = parts.reduce((sum, part) => sum + part.bytes, 0)
  return { digest, parts, image: { ...about, sizeBytes, contentBytes }, accounts, highestId: plan.highestId, bytes }
}

/** As the source has them, where it has them in a form that registries take; else as they were converted. */
function bytesOf(
  staging: string,
  { from }: ImagePlan,
  made: { readonly digest: string; readonly manifest: Manifest },
): ImageBytes {
  if (from.kind === 'oci' && from.written.length === 0) {
    return { folder: join(staging, 'source'), manifest: from.manifest, blobs: [...from.blobs.values()] }
  }
  const { config, layers } = made.manifest
  const blobs = new Set([made.digest, config.digest, ...layers.map(({ digest }) => digest)])
  return { folder: join(staging, 'layout', 'blobs', 'sha256'), manifest: made.digest, blobs: [...blobs] }
}

/** Of a name that it does not take mkfs.erofs 1.5 says nothing. */
function packingWith(tools: ImageTools, longName: string | null): ImageTools {
  const explain = (cause: unknown): never => {
    const failed = cause instanceof AppError && cause.wire.reason === 'tool-failed'
    throw failed && longName !== null ? appError('layer-name-too-long', { path: longName }, { cause }) : cause
  }
  return { ...tools, pack: (options, signal) => tools.pack(options, signal).catch(explain) }
}

/** What skopeo is to read. Which image it is has been decided; skopeo is not asked to choose. */
async function referenceOf(staging: string, { from }: ImagePlan, { tar }: ImageSource): Promise<ConvertFrom> {
  if (from.kind === 'oci') {
    // Its folder form takes manifests of docker's kind too, which its form for OCI layouts does not.
    const folder = join(staging, 'source')
    await copyFile(join(folder, basename(pathOfDigest(from.manifest))), join(folder, 'manifest.json'))
    return { reference: 'dir:/work/source' }
  }
  const reference = `docker-archive:/proc/self/fd/3:@${from.index}`
  // By descriptor: it is the very file that was checked, and no path is read as a reference.
  return { reference, ...(tar && { descriptor: tar.fd }) }
}

/** Copies what the chosen images need, and nothing else, to a folder of which staging holds the only copy. */
async function copySource(staging: string, source: ImageSource, plans: readonly ImagePlan[]): Promise<void> {
  const chosen = plans.flatMap(({ from }) => (from.kind === 'oci' ? [from] : []))
  if (chosen.length === 0) return
  const folder = join(staging, 'source')
  await mkdir(folder)
  await source.copyBlobs(new Map(chosen.flatMap(({ blobs }) => [...blobs])), folder)
  for (const { digest, content } of chosen.flatMap(({ written }) => written)) {
    await writeFile(join(folder, basename(pathOfDigest(digest))), content, { mode: 0o600 })
  }
}

/**
 * The file may have been changed after the check: what was converted must have the very layers that were checked.
 * That a layer is what its `diff_id` says is checked by umoci when it unpacks.
 */
async function checkConverted(layout: string, digest: string, plan: ImagePlan): Promise<Manifest> {
  const read = async (of: string): Promise<unknown> =>
    JSON.parse(await readFile(join(layout, pathOfDigest(of)), 'utf8'))
  const manifest = Manifest.parse(await read(digest))
  const { rootfs } = Configuration.parse(await read(manifest.config.digest))
  const expected = plan.configuration.rootfs.diff_ids
  const same = rootfs.diff_ids.length === expected.length && rootfs.diff_ids.every((id, at) => id === expected[at])
  if (!same) throw digestMismatch(pathOfDigest(manifest.config.digest))
  return manifest
}

async function readAccounts(rootfs: string): Promise<Accounts> {
  return { passwd: await readAccount(rootfs, 'etc/passwd'), group: await readAccount(rootfs, 'etc/group') }
}

/** A file that is too large for one of accounts is none. */
async function readAccount(rootfs: string, path: string): Promise<string> {
  try {
    return (await readFileInRoot(rootfs, path, accountBytes))?.toString('utf8') ?? ''
  } catch (error) {
    if (error instanceof AppError) return ''
    throw error
  }
}
