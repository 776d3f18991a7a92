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
  const inBlobs = (hex: string) => `blobs/sha256/${hex}`
  const layers = await writeLayers(plan, left, (content) => out.addBlob(compress(content), inBlobs))
  const config = await out.addBlob(one(configuration(plan, layers)), inBlobs)
  const manifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, ...config },
    layers: layers.map(({ blob }) => ({ mediaType: types.layer, ...blob })),
  }
  const top = await out.addBlob(one(manifest), inBlobs)
  const annotations = { 'org.opencontainers.image.ref.name': plan.name, 'io.containerd.image.name': plan.name }
  const platform = { architecture: plan.architecture, os: 'linux' }
  const index = {
    schemaVersion: 2,
    mediaType: types.index,
    manifests: [{ mediaType: types.manifest, ...top, platform, annotations }],
  }
  await out.addFile('index.json', json(index))
  await out.addFile('oci-layout', json({ imageLayoutVersion: '1.0.0' }))
  await out.finish()
  return top.digest
}

/** Writes it as "docker save" does. Gives the digest of its configuration, which is docker's id of the image. */
export async function writeDockerImage(plan: ImagePlan, out: ImageWriter, left: LeftOut): Promise<string> {
  const layers = await writeLayers(plan, left, (content) => out.addBlob(content, (hex) => `${hex}.tar`))
  const config = await out.addBlob(one(configuration(plan, layers)), (hex) => `${hex}.json`)
  const names = layers.map(({ blob }) => `${blob.digest.slice('sha256:'.length)}.tar`)
  const manifest = [{ Config: `${config.digest.slice('sha256:'.length)}.json`, RepoTags: [plan.name], Layers: names }]
  await out.addFile('manifest.json', json(manifest))
  await out.finish()
  return config.digest
}

interface Written {
  readonly plan: LayerPlan
  readonly diffId: string
  readonly blob: Blob
}

async function writeLayers(
  { layers, onBytes }: ImagePlan,
  left: LeftOut,
  put: (content: AsyncIterable<Buffer>) => Promise<Blob>,
): Promise<Written[]> {
  const written: Written[] = []
  const places = createPlaceFinder()
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
