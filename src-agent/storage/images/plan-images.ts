import * as z from 'zod'
import { appError } from '#contract/app-error'
import { type Sentence, sentence } from '#contract/sentence'
import type { LayerSummary } from '../../state/records/image-records.ts'
import { manifestOf, type WrittenBlob, withDescription, withLists } from './correct-description.ts'
import { nameFromAnnotations, nameFromArchive } from './image-names.ts'
import { type ImageSource, pathOfDigest } from './image-source.ts'
import { Configuration, type Descriptor, DockerManifest, faultOf, Index, Manifest } from './oci-schemas.ts'
import { digestMismatch, incomplete, notAnImage } from './refusals.ts'
import type { LayerFacts } from './scan-layer.ts'

/** One image of a source: what it is called, what is in it, and how it is requested. */
export interface ImagePlan {
  readonly names: readonly string[]
  readonly configuration: Configuration
  /** Bytes that its layers have unpacked, and that lie in the source, together. */
  readonly contentBytes: number
  readonly blobBytes: number
  readonly entries: number
  /** The lowest first. */
  readonly layers: readonly LayerSummary[]
  /** Of the owners and groups of its files. */
  readonly highestId: number
  /** Something in it with a name that not every mkfs.erofs takes. */
  readonly longName: string | null
  readonly from:
    | { readonly kind: 'docker'; readonly index: number }
    | {
        readonly kind: 'oci'
        /** By its digest, as all that follows. */
        readonly manifest: string
        /** Paths in the source. */
        readonly blobs: ReadonlyMap<string, string>
        /** What is not as it lies in the source. */
        readonly written: readonly WrittenBlob[]
      }
}

/** As the OCI writes it: `amd64`, `arm64`. */
export const hostArchitecture: string = { x64: 'amd64', ia32: '386' }[process.arch as string] ?? process.arch

const maxEntries = 2_000_000

/** Finds the images of a source, for this machine, and checks that each is complete and its layers are its own. */
export async function planImages(source: ImageSource): Promise<ImagePlan[]> {
  // Newer docker writes both. Its own manifest has whole names, the index only tags.
  const docker = await source.document('manifest.json')
  if (docker) return planDocker(source, parse(DockerManifest, docker, 'manifest.json'))
  const index = await source.document('index.json')
  if (index) return planOci(source, parse(Index, index, 'index.json'))
  throw notAnImage()
}

async function planDocker(source: ImageSource, images: z.infer<typeof DockerManifest>): Promise<ImagePlan[]> {
  if (images.length === 0) throw notAnImage()
  const plans: ImagePlan[] = []
  for (const [index, image] of images.entries()) {
    const description = await need(source, image.Config)
    const configuration = parse(Configuration, description, image.Config)
    checkPlatform(configuration)
    const names = (image.RepoTags ?? []).map(nameFromArchive).filter((name) => name !== null)
    plans.push({
      names,
      configuration,
      ...(await sumLayers(source, image.Layers, configuration)),
      from: await dockerFrom(source, { index, layers: image.Layers, description }),
    })
  }
  return plans
}

interface DockerImage {
  readonly index: number
  readonly layers: readonly string[]
  readonly description: Buffer
}

/** As it lies there, or with a manifest of its own where its description has to be corrected. */
async function dockerFrom(
  source: ImageSource,
  { index, layers, description }: DockerImage,
): Promise<ImagePlan['from']> {
  const corrected = withLists(description)
  if (corrected === null) return { kind: 'docker', index }
  const found = await Promise.all(layers.map((path) => source.blob(path)))
  const facts = found.map((blob, at) => blob ?? incompleteLayer(layers[at]))
  const manifest = manifestOf(corrected, facts)
  const blobs = new Map(layers.map((path, at) => [path, facts[at]?.digest ?? '']))
  return { kind: 'oci', manifest: manifest.digest, blobs, written: [corrected, manifest] }
}

async function planOci(source: ImageSource, index: Index): Promise<ImagePlan[]> {
  const plans: ImagePlan[] = []
  const forOthers: Descriptor[] = []
  for (const descriptor of index.manifests) {
    if (isAttestation(descriptor)) continue
    if (!fits(descriptor)) forOthers.push(descriptor)
    else plans.push(await planOciImage(source, descriptor))
  }
  const [other] = forOthers
  if (plans.length === 0 && other?.platform) throw wrongPlatform(other.platform.os, other.platform.architecture)
  if (plans.length === 0) throw notAnImage()
  return plans
}

async function planOciImage(source: ImageSource, top: Descriptor): Promise<ImagePlan> {
  const { descriptor, manifest } = await resolveManifest(source, top, 0)
  const configPath = pathOfDigest(manifest.config.digest)
  const description = await need(source, configPath)
  const configuration = parse(Configuration, description, configPath)
  checkPlatform(configuration)
  const layers = manifest.layers.map(({ digest }) => digest)
  const sums = await sumLayers(source, layers.map(pathOfDigest), configuration)
  const name = nameFromAnnotations(top.annotations ?? {}) ?? nameFromAnnotations(descriptor.annotations ?? {})
  const names = name === null ? [] : [name]
  const kept = (digests: readonly string[]) => new Map(digests.map((digest) => [pathOfDigest(digest), digest]))
  const corrected = withLists(description)
  if (corrected === null) {
    const blobs = kept([descriptor.digest, manifest.config.digest, ...layers])
    return { names, configuration, ...sums, from: { kind: 'oci', manifest: descriptor.digest, blobs, written: [] } }
  }
  const own = withDescription(await need(source, pathOfDigest(descriptor.digest)), corrected)
  const from = { kind: 'oci', manifest: own.digest, blobs: kept(layers), written: [corrected, own] } as const
  return { names, configuration, ...sums, from }
}

/** Goes down through lists of manifests to the one for this machine. */
async function resolveManifest(
  source: ImageSource,
  descriptor: Descriptor,
  depth: number,
): Promise<{ descriptor: Descriptor; manifest: Manifest }> {
  const path = pathOfDigest(descriptor.digest)
  const content = await need(source, path)
  if ((await source.blob(path))?.digest !== descriptor.digest) throw digestMismatch(path)
  const either = parse(z.union([Index, Manifest]), content, path)
  if (!('manifests' in either)) return { descriptor, manifest: parse(Manifest, content, path) }
  if (depth >= 3) throw appError('image-index-too-deep')
  const { manifests } = parse(Index, content, path)
  const images = manifests.filter((entry) => !isAttestation(entry))
  const chosen = images.find((entry) => entry.platform && fits(entry)) ?? images.find(fits)
  if (chosen) return resolveManifest(source, chosen, depth + 1)
  const other = images[0]?.platform
  throw other ? wrongPlatform(other.os, other.architecture) : notAnImage()
}

async function sumLayers(
  source: ImageSource,
  paths: readonly string[],
  { rootfs }: Configuration,
): Promise<Pick<ImagePlan, 'contentBytes' | 'blobBytes' | 'entries' | 'layers' | 'highestId' | 'longName'>> {
  if (paths.length !== rootfs.diff_ids.length) {
    throw appError('image-inconsistent')
  }
  const sums = { contentBytes: 0, blobBytes: 0, entries: 0, highestId: 0 }
  const layers: LayerSummary[] = []
  let longName: string | null = null
  for (const [at, path] of paths.entries()) {
    const facts = await source.blob(path)
    if (facts === null) throw incomplete(path)
    const layer = facts.layer ?? notALayer(path)
    if (layer.diffId !== rootfs.diff_ids[at]) throw digestMismatch(path)
    refuseCompression(layer)
    sums.contentBytes += layer.contentBytes
    sums.blobBytes += facts.size
    sums.entries += layer.entries
    sums.highestId = Math.max(sums.highestId, layer.highestId)
    longName ??= layer.longName
    const { diffId, contentBytes, entries, newest, divisible } = layer
    layers.push({ diffId, contentBytes, entries, newest, divisible })
  }
  if (sums.entries > maxEntries) {
    throw appError('image-too-many-entries', { what: 'files', limit: maxEntries })
  }
  return { ...sums, layers, longName }
}

function incompleteLayer(path = ''): never {
  throw incomplete(path)
}

function notALayer(path: string): never {
  throw appError('layer-unreadable', { path })
}

/** What skopeo brings to a form that the unpacker reads. */
function refuseCompression({ compression }: LayerFacts): void {
  if (compression === 'xz') throw appError('layer-compression-unsupported', { compression })
}

function checkPlatform({ os, architecture }: Configuration): void {
  if ((os === '' || os === 'linux') && (architecture === '' || architecture === hostArchitecture)) return
  throw wrongPlatform(os, architecture)
}

function wrongPlatform(os: string, architecture: string): Error {
  return appError('image-wrong-platform', { os: os || 'linux', architecture, host: hostArchitecture })
}

function fits({ platform }: Descriptor): boolean {
  return !platform || (platform.os === 'linux' && platform.architecture === hostArchitecture)
}

/** What builders store beside an image about its making. */
function isAttestation({ platform, annotations }: Descriptor): boolean {
  return annotations?.['vnd.docker.reference.type'] !== undefined || platform?.os === 'unknown'
}

async function need(source: ImageSource, path: string): Promise<Buffer> {
  const content = await source.document(path)
  if (content === null) throw incomplete(path)
  return content
}

function parse<T extends z.ZodType>(schema: T, content: Buffer, path: string): z.output<T> {
  let value: unknown
  try {
    value = JSON.parse(content.toString('utf8'))
  } catch {
    throw invalid(path, sentence('description-not-json'))
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw invalid(path, faultOf(result.error))
}

function invalid(path: string, problem: Sentence): Error {
  return appError('image-description-invalid', { path, problem })
}
