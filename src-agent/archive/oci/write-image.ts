import { createHash } from 'node:crypto'
import type { TarEntry } from '../../storage/tar/read-entries.ts'
import { compress } from './compress.ts'
import type { Blob, ImageWriter } from './image-writer.ts'
import { type LeftOut, toOciLayer } from './layer-stream.ts'
import type { LayerTar } from './layer-tar.ts'
import { createPlaceFinder } from './own-places.ts'

/** One layer of the image to be, the image's own content first. */
export interface LayerPlan {
  /** For the history. */
  readonly madeBy: string
  readonly createdAt: string
  readonly isImage: boolean
  readonly drop: ReadonlySet<string>
  open(): Promise<LayerTar>
}

export interface ImagePlan {
  readonly name: string
  readonly architecture: string
  readonly createdAt: string
  readonly config: object
  readonly layers: readonly LayerPlan[]
  /** Called with the bytes of layers so far. */
  readonly onBytes: (bytes: number) => void
}

const types = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  index: 'application/vnd.oci.image.index.v1+json',
}

/** Writes an image as the OCI wants it. Gives the digest of its manifest. */
export async function writeOciImage(plan: ImagePlan, out: ImageWriter, left: LeftOut): Promise<string> {
  const manifest = await addOciImage(plan, out, left)
  await finishOciImages([{ ...manifest, name: plan.name }], out)
  return manifest.digest
}

/** An image in an index. */
export interface OciEntry extends Blob {
  readonly mediaType: string
  /** Null: it has none there. */
  readonly name: string | null
  readonly architecture: string
}

/** Adds an image to what holds several. */
export async function addOciImage(plan: ImagePlan, out: ImageWriter, left: LeftOut): Promise<Omit<OciEntry, 'name'>> {
  const layers = await writeLayers(plan, left, (content) => out.addBlob(compress(content), inBlobs))
  const config = await out.addBlob(one(configuration(plan, layers)), inBlobs)
  const manifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, ...config },
    layers: layers.map(({ blob }) => ({ mediaType: types.layer, ...blob })),
  }
  return { ...(await out.addBlob(one(manifest), inBlobs)), mediaType: types.manifest, architecture: plan.architecture }
}

/** Nothing is added afterwards. */
export async function finishOciImages(entries: readonly OciEntry[], out: ImageWriter): Promise<void> {
  const manifests = entries.map(({ name, architecture, ...manifest }) => ({
    ...manifest,
    platform: { architecture, os: 'linux' },
    ...(name !== null && {
      annotations: { 'org.opencontainers.image.ref.name': name, 'io.containerd.image.name': name },
    }),
  }))
  const index = { schemaVersion: 2, mediaType: types.index, manifests }
  await out.addFile('index.json', json(index))
  await out.addFile('oci-layout', json({ imageLayoutVersion: '1.0.0' }))
  await out.finish()
}

/** Where a blob of this digest lies in a layout. */
export const inBlobs = (hex: string): string => `blobs/sha256/${hex}`

/** Writes it as "docker save" does. Gives the digest of its configuration, which is docker's id of the image. */
export async function writeDockerImage(plan: ImagePlan, out: ImageWriter, left: LeftOut): Promise<string> {
  const { config, entry } = await addDockerImage(plan, out, left)
  await finishDockerImages([{ ...entry, RepoTags: [plan.name] }], out)
  return config
}

export interface DockerEntry {
  readonly Config: string
  readonly Layers: readonly string[]
}

/** Adds an image to an archive that holds several. */
export async function addDockerImage(
  plan: ImagePlan,
  out: ImageWriter,
  left: LeftOut,
): Promise<{ readonly config: string; readonly entry: DockerEntry }> {
  const layers = await writeLayers(plan, left, (content) => out.addBlob(content, (hex) => `${hex}.tar`))
  const config = await out.addBlob(one(configuration(plan, layers)), (hex) => `${hex}.json`)
  const names = layers.map(({ blob }) => `${blob.digest.slice('sha256:'.length)}.tar`)
  return { config: config.digest, entry: { Config: `${config.digest.slice('sha256:'.length)}.json`, Layers: names } }
}

/** Nothing is added afterwards. */
export async function finishDockerImages(
  entries: readonly (DockerEntry & { readonly RepoTags: readonly string[] })[],
  out: ImageWriter,
): Promise<void> {
  await out.addFile('manifest.json', json(entries))
  await out.finish()
}

export interface Written {
  readonly plan: LayerPlan
  readonly diffId: string
  readonly blob: Blob
}

/** Streams layers to where they are kept, and gives each with both of its digests. `ofImage`: {@link placesIn} of an image that is not among them. */
export async function writeLayers(
  { layers, onBytes }: Pick<ImagePlan, 'layers' | 'onBytes'>,
  left: LeftOut,
  put: (content: AsyncIterable<Buffer>) => Promise<Blob>,
  ofImage: readonly string[] = [],
): Promise<Written[]> {
  const written: Written[] = []
  const places = createPlaceFinder(ofImage)
  let bytes = 0
  for (const plan of layers) {
    const hash = createHash('sha256')
    const opened = await plan.open()
    async function* counted() {
      const isPlace = (entry: TarEntry) => places(entry, plan.isImage)
      for await (const chunk of toOciLayer(opened, { drop: plan.drop, whiteouts: !plan.isImage, isPlace }, left)) {
        hash.update(chunk)
        bytes += chunk.length
        onBytes(bytes)
        yield chunk
      }
    }
    const blob = await put(counted())
    written.push({ plan, blob, diffId: `sha256:${hash.digest('hex')}` })
  }
  return written
}

function configuration(plan: ImagePlan, layers: readonly Written[]): object {
  return {
    created: plan.createdAt,
    architecture: plan.architecture,
    os: 'linux',
    config: plan.config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ plan: { createdAt, madeBy } }) => ({ created: createdAt, created_by: madeBy })),
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

async function* one(value: unknown): AsyncGenerator<Buffer> {
  yield json(value)
}
