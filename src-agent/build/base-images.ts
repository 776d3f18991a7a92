import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#contract/app-error'
import type { Image } from '#contract/image'
import { SandboxSpec } from '#contract/sandbox'
import { configOf } from '../archive/oci/image-config.ts'
import { writeArchive } from '../archive/oci/image-writer.ts'
import type { LeftOut } from '../archive/oci/layer-stream.ts'
import { openLayerTar } from '../archive/oci/layer-tar.ts'
import { writeOciImage } from '../archive/oci/write-image.ts'
import type { ImageStore } from '../storage/images/image-store.ts'
import { withStaging } from '../storage/images/staging.ts'
import { makeEmptyFile } from '../storage/images/staging-file.ts'
import type { ImageMounts } from '../storage/layers/image-mounts.ts'
import type { PullService } from '../storage/registry/pull-service.ts'
import { padding } from '../storage/tar/tar-header.ts'
import { endOfTar, headOf } from '../storage/tar/write-entry.ts'
import type { Builder } from './builder.ts'

export interface BaseDeps {
  /** Of the images. */
  readonly imageFolder: string
  readonly images: ImageStore
  readonly imageMounts: ImageMounts
  readonly pulls: Pick<PullService, 'pull' | 'writeKept'>
}

/** What a build begins with that cannot be found by a name: as its Dockerfile has it, and what the builder has it under. */
export interface BaseImage {
  readonly ref: string
  readonly inside: string
}

interface BaseRequest {
  readonly refs: readonly string[]
  /** Ask the registries, though they are here. */
  readonly pull: boolean
  readonly signal: AbortSignal
  onPhase(phase: 'pulling' | 'handing', subject: string): void
}

/**
 * Brings the images that a build begins with into its builder: from here, else by way of a pull. What it has it keeps. Gives those
 * that buildah does not find by their own names.
 */
export async function handImages(
  deps: BaseDeps,
  builder: Builder,
  request: BaseRequest,
): Promise<readonly BaseImage[]> {
  const bases: BaseImage[] = []
  for (const ref of request.refs) {
    const image = await findOrPull(deps, ref, request)
    const inside = `localhost/joey-base:${image.digest.slice('sha256:'.length)}`
    if (!(await isInside(builder, inside))) {
      request.onPhase('handing', ref)
      await handOne(deps, builder, { image, inside, signal: request.signal })
    }
    const name = nameInside(ref)
    if (name === null) bases.push({ ref, inside })
    else await builder.ask(['buildah', 'tag', inside, name])
  }
  return bases
}

async function findOrPull(deps: BaseDeps, ref: string, { pull, signal, onPhase }: BaseRequest): Promise<Image> {
  const here = findHere(deps, ref)
  if (here !== null && (!pull || here.builtIn)) return here
  onPhase('pulling', ref)
  const pulled = await deps.pulls.pull({ ref, credential: null, allowHosts: [], signal, onProgress: () => undefined })
  return pulled.image
}

/** As buildah looks for a name that has no registry; null for a digest, which is no name that could be given. */
export function nameInside(ref: string): string | null {
  if (ref.includes('@')) return null
  const first = ref.includes('/') ? ref.slice(0, ref.indexOf('/')) : ''
  return first === 'localhost' || /[.:]/.test(first) ? ref : `localhost/${ref}`
}

function findHere({ images }: BaseDeps, ref: string): Image | null {
  try {
    return images.find(ref)
  } catch (error) {
    if (AppError.from(error).wire.reason === 'image-not-found') return null
    throw error
  }
}

async function isInside(builder: Builder, inside: string): Promise<boolean> {
  const list = await builder.ask(['buildah', 'images', '--format', '{{.Name}}:{{.Tag}}'])
  return list.split('\n').includes(inside)
}

interface Handing {
  readonly image: Image
  readonly inside: string
  readonly signal: AbortSignal
}

/** The very bytes that it came with, where they are kept; else as it is stored here. */
async function handOne(deps: BaseDeps, builder: Builder, { image, inside, signal }: Handing): Promise<void> {
  await withStaging(deps.imageFolder, async (staging) => {
    const folder = join(staging, 'base')
    const kept = await deps.pulls.writeKept(image.digest, folder)
    const file = join(staging, 'base.tar')
    if (!kept) await writeStored(deps, image, { file, signal })
    const input = kept ? tarOf(folder) : createReadStream(file)
    await builder.ask(['sh', '-c', takeIn, 'joey-base', kept ? 'dir' : 'oci', inside], input)
  })
}

const takeIn = `set -e
rm -rf /build/base && mkdir /build/base && cd /build/base
tar --extract --no-same-owner
id=$(buildah pull --quiet "$1:/build/base")
cd / && rm -rf /build/base
buildah tag "$id" "$2"`

/** An image without kept bytes as one with a layer for each of its parts. */
async function writeStored(
  { imageMounts }: BaseDeps,
  image: Image,
  { file, signal }: { readonly file: string; readonly signal: AbortSignal },
): Promise<void> {
  const trees = (await imageMounts.ensure(image.digest)).toReversed()
  const left: LeftOut = { devices: 0, sockets: 0, attributes: 0, dropped: 0, named: 0 }
  const createdAt = image.createdAt ?? image.importedAt
  const layers = trees.map((path, at) => ({
    ...{ madeBy: `image ${image.names[0] ?? image.digest}`, createdAt, isImage: at === 0, drop: new Set<string>() },
    open: () => openLayerTar({ kind: 'folder', path }, { signal, changes: false }),
  }))
  const config = configOf(image.config, SandboxSpec.parse({ image: image.digest }), new Set())
  await makeEmptyFile(file)
  const writer = await writeArchive(file)
  try {
    const name = image.names[0] ?? 'base:latest'
    const plan = { name, architecture: image.architecture, createdAt, config, layers, onBytes: () => undefined }
    await writeOciImage(plan, writer, left)
  } finally {
    await writer.close()
  }
}

/** The files of a flat folder as a tar stream. */
async function* tarOf(folder: string): AsyncGenerator<Uint8Array> {
  const node = { type: '0', link: '', mode: 0o600, uid: 0, gid: 0, mtimeNs: 0n, major: 0, minor: 0, attributes: [] }
  for (const path of (await readdir(folder)).sort()) {
    const { size } = await stat(join(folder, path))
    yield headOf({ ...node, path, size, parts: null, stored: size }, { sparse: false })
    yield* createReadStream(join(folder, path), { highWaterMark: 1024 * 1024 })
    yield padding(size)
  }
  yield endOfTar
}
