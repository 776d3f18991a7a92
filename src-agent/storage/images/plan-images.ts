import * as z from 'zod'
import { nameFromAnnotations, nameFromArchive } from './image-names.ts'
import { type ImageSource, pathOfDigest } from './image-source.ts'
import { Configuration, type Descriptor, DockerManifest, Index, Manifest } from './oci-schemas.ts'
import { digestMismatch, incomplete, notAnImage, unusable } from '../../images/refusals.ts'
import type { LayerFacts } from './scan-layer.ts'

/** One image of a source: what it is called, what is in it, and how it is asked for. */
export interface ImagePlan {
  readonly names: readonly string[]
  readonly configuration: Configuration
  /** Bytes that its layers have unpacked, and that lie in the source, together. */
  readonly contentBytes: number
  readonly blobBytes: number
  readonly entries: number
  /** When the newest file in it was changed, in seconds since 1970. */
  readonly newest: number
  readonly from:
    | { readonly kind: 'docker'; readonly index: number }
    | { readonly kind: 'oci'; readonly manifest: string; readonly blobs: ReadonlySet<string> }
}

/** As the OCI writes it: `amd64`, `arm64`. */
export const hostArchitecture: string = { x64: 'amd64', ia32: '386' }[process.arch as string] ?? process.arch

const maxEntries = 2_000_000

/** Finds the images of a source, for this machine, and checks that each is complete and its layers are its own. */
export async function planImages(source: ImageSource): Promise<ImagePlan[]> {
  // Newer docker writes both. Its own manifest tells whole names, the index only tags.
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
    const configuration = parse(Configuration, await need(source, image.Config), image.Config)
    checkPlatform(configuration)
    const names = (image.RepoTags ?? []).map(nameFromArchive).filter((name) => name !== null)
    plans.push({
      names,
      configuration,
      ...(await sumLayers(source, image.Layers, configuration)),
      from: { kind: 'docker', index },
    })
  }
  return plans
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
  const configuration = parse(Configuration, await need(source, configPath), configPath)
  checkPlatform(configuration)
  const layers = manifest.layers.map(({ digest }) => pathOfDigest(digest))
  const sums = await sumLayers(source, layers, configuration)
  const name = nameFromAnnotations(top.annotations ?? {}) ?? nameFromAnnotations(descriptor.annotations ?? {})
  const blobs = new Set([pathOfDigest(descriptor.digest), configPath, ...layers])
  return {
    names: name === null ? [] : [name],
    configuration,
    ...sums,
    from: { kind: 'oci', manifest: descriptor.digest, blobs },
  }
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
  if (depth >= 3) throw unusable('image-index-too-deep', 'The image is a list of lists of lists, too deep to follow.')
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
): Promise<Pick<ImagePlan, 'contentBytes' | 'blobBytes' | 'entries' | 'newest'>> {
  if (paths.length !== rootfs.diff_ids.length) {
    throw unusable('image-inconsistent', 'The image states another number of layers than it has.')
  }
  const sums = { contentBytes: 0, blobBytes: 0, entries: 0, newest: 0 }
  for (const [at, path] of paths.entries()) {
    const facts = await source.blob(path)
    if (facts === null) throw incomplete(path)
    const layer = facts.layer ?? notALayer(path)
    if (layer.diffId !== rootfs.diff_ids[at]) throw digestMismatch(path)
    refuseCompression(layer)
    sums.contentBytes += layer.contentBytes
    sums.blobBytes += facts.size
    sums.entries += layer.entries
    sums.newest = Math.max(sums.newest, layer.newest)
  }
  if (sums.entries > maxEntries) {
    throw unusable('image-too-many-entries', `The image has more than ${maxEntries} files.`, { limit: maxEntries })
  }
  return sums
}

function notALayer(path: string): never {
  throw unusable('layer-unreadable', `A layer of the image is not a tar file: ${path}.`, { path })
}

/** The unpacker reads plain and gzip layers only. */
function refuseCompression({ compression }: LayerFacts): void {
  if (compression === 'none' || compression === 'gzip') return
  const message = `The layers of the image are compressed with ${compression}, which is not supported. Export it with gzip.`
  throw unusable('layer-compression-unsupported', message, { compression })
}

function checkPlatform({ os, architecture }: Configuration): void {
  if ((os === '' || os === 'linux') && (architecture === '' || architecture === hostArchitecture)) return
  throw wrongPlatform(os, architecture)
}

function wrongPlatform(os: string, architecture: string): Error {
  const message = `The image is made for ${os || 'linux'}/${architecture}, this machine is linux/${hostArchitecture}.`
  return unusable('image-wrong-platform', message, { os, architecture, host: hostArchitecture })
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
    throw invalid(path, 'It is not JSON.')
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw invalid(path, z.prettifyError(result.error))
}

function invalid(path: string, detail: string): Error {
  return unusable('image-description-invalid', `The description of the image in ${path} cannot be understood.`, {
    path,
    detail: detail.slice(0, 1000),
  })
}
