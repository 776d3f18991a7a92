import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { confine } from '../../base/process/confine.ts'
import { compressionOf, decompress, peek } from '../../storage/images/compression.ts'
import { Configuration, Manifest } from '../../storage/images/oci-schemas.ts'
import type { ImageWriter } from './image-writer.ts'
import type { DockerEntry } from './write-image.ts'

/** The bytes that an image came as, in a folder with its manifest and all else by the digits of its digest. */
export interface KeptImage {
  readonly folder: string
  readonly manifest: Manifest
  readonly configuration: Configuration
  /** Of the configuration, as it is. */
  readonly description: Buffer
}

/** Reads what `PullService.writeKept` has written. */
export async function readKept(folder: string): Promise<KeptImage> {
  const manifest = Manifest.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')))
  const description = await readFile(join(folder, hexOf(manifest.config.digest)))
  const configuration = Configuration.parse(JSON.parse(description.toString('utf8')))
  return { folder, manifest, configuration, description }
}

/** Adds it to an archive as Docker has it: the same layers without their compression, and the same configuration with its history. */
export async function addKeptDockerImage(
  { folder, manifest, configuration, description }: KeptImage,
  out: ImageWriter,
  { signal, onBytes }: { readonly signal: AbortSignal; onBytes(bytes: number): void },
): Promise<DockerEntry> {
  const layers: string[] = []
  let bytes = 0
  for (const [at, { digest }] of manifest.layers.entries()) {
    const { head, all } = await peek(createReadStream(join(folder, hexOf(digest)), { signal }), 512)
    const plain = decompress(all, compressionOf(head), confine)
    async function* counted() {
      for await (const chunk of plain) {
        bytes += chunk.length
        onBytes(bytes)
        yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      }
    }
    const blob = await out.addBlob(counted(), (hex) => `${hex}.tar`)
    if (blob.digest !== configuration.rootfs.diff_ids[at]) throw new Error(`The kept layer ${digest} has changed.`)
    layers.push(`${hexOf(blob.digest)}.tar`)
  }
  const config = await out.addBlob(only(description), (hex) => `${hex}.json`)
  return { Config: `${hexOf(config.digest)}.json`, Layers: layers }
}

/** A manifest of the same form with another configuration and with layers on top, and that configuration; both as bytes. */
export function extendKept(
  { manifest, description }: KeptImage,
  more: {
    readonly createdAt: string
    readonly config: object
    readonly layers: readonly {
      readonly digest: string
      readonly size: number
      readonly diffId: string
      readonly madeBy: string
    }[]
  },
): { readonly manifest: Buffer; readonly config: Buffer } {
  const { createdAt, layers } = more
  const said = JSON.parse(description.toString('utf8')) as { history?: unknown; rootfs: { diff_ids: string[] } }
  const config = Buffer.from(
    JSON.stringify({
      ...said,
      ...{ created: createdAt, config: more.config },
      rootfs: { ...said.rootfs, diff_ids: [...said.rootfs.diff_ids, ...layers.map(({ diffId }) => diffId)] },
      history: [...historyOf(said), ...layers.map(({ madeBy }) => ({ created: createdAt, created_by: madeBy }))],
    }),
  )
  const isDocker = String(manifest['mediaType']).includes('docker')
  const mediaType = isDocker
    ? 'application/vnd.docker.image.rootfs.diff.tar.gzip'
    : 'application/vnd.oci.image.layer.v1.tar+gzip'
  const own = layers.map(({ digest, size }) => ({ mediaType, digest, size }))
  const described = { ...manifest.config, digest: digestOf(config), size: config.length }
  const whole = { ...manifest, config: described, layers: [...manifest.layers, ...own] }
  return { manifest: Buffer.from(JSON.stringify(whole)), config }
}

/** Of an image that tells nothing of itself, a step that tells nothing for each layer: a step is that of the layer of its number. */
function historyOf(said: {
  readonly history?: unknown
  readonly rootfs: { readonly diff_ids: readonly string[] }
}): unknown[] {
  const told: unknown[] = Array.isArray(said.history) ? said.history : []
  return told.length > 0 ? told : said.rootfs.diff_ids.map(() => ({}))
}

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const hexOf = (digest: string): string => digest.slice('sha256:'.length)

async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}
