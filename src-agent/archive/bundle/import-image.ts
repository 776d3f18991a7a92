import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openOwnFolder } from '../../base/host-path/host-folder.ts'
import { describeHealthCheck } from '../../storage/images/image-health.ts'
import type { ImageStore } from '../../storage/images/image-store.ts'
import { type ImageWriter, writeFolder } from '../oci/image-writer.ts'
import type { Manifest } from './manifest.ts'
import type { BundlePart } from './parts.ts'

interface ImageRequest {
  readonly images: Pick<ImageStore, 'import'>
  readonly part: BundlePart
  readonly image: Manifest['image']
  readonly staging: string
  readonly maxBytes: number
  readonly tooMuch: () => Error
  readonly signal: AbortSignal
}

/**
 * Makes the image of a bundle the way every image is made: from a layer that is checked, unpacked and packed here. Its digest
 * is that of what is really in it, so nobody can put something else in the place of an image that is known by its digest;
 * and the same bundle gives the same image again.
 */
export async function importImage(request: ImageRequest): Promise<string> {
  const { part, image, staging, signal } = request
  const layout = join(staging, 'layout')
  await mkdir(layout)
  const folder = await openOwnFolder(layout, { replace: false })
  const writer = await writeFolder(folder)
  let bytes = 0
  async function* counted() {
    for await (const chunk of part.content) {
      signal.throwIfAborted()
      bytes += chunk.length
      if (bytes > request.maxBytes) throw request.tooMuch()
      yield chunk
    }
  }
  try {
    await writeLayout(writer, counted(), image)
  } finally {
    await folder.close()
  }
  const [made] = await request.images.import({ path: layout, signal, onProgress: () => {} })
  if (made === undefined) throw new Error('the image of a bundle was not imported')
  return made.digest
}

async function writeLayout(
  writer: ImageWriter,
  content: AsyncIterable<Buffer>,
  image: Manifest['image'],
): Promise<void> {
  const inBlobs = (hex: string) => `blobs/sha256/${hex}`
  const layer = await writer.addBlob(content, inBlobs)
  const config = await writer.addBlob(json(configurationOf(image, layer.digest)), inBlobs)
  const types = 'application/vnd.oci.image'
  const manifest = await writer.addBlob(
    json({
      schemaVersion: 2,
      mediaType: `${types}.manifest.v1+json`,
      config: { mediaType: `${types}.config.v1+json`, ...config },
      layers: [{ mediaType: `${types}.layer.v1.tar`, ...layer }],
    }),
    inBlobs,
  )
  const top = { mediaType: `${types}.manifest.v1+json`, ...manifest }
  await writer.addFile('index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [top] })))
  await writer.addFile('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'))
}

function configurationOf({ config, architecture, createdAt }: Manifest['image'], diffId: string): object {
  return {
    ...(createdAt !== null && { created: createdAt }),
    architecture,
    os: 'linux',
    config: {
      User: config.user,
      Env: config.env,
      Entrypoint: config.entrypoint,
      Cmd: config.command,
      WorkingDir: config.cwd,
      Labels: config.labels,
      ExposedPorts: Object.fromEntries(config.exposedPorts.map((port) => [port, {}])),
      Volumes: Object.fromEntries(config.volumes.map((path) => [path, {}])),
      ...(config.stopSignal !== null && { StopSignal: config.stopSignal }),
      ...(config.healthcheck !== null && { Healthcheck: describeHealthCheck(config.healthcheck) }),
    },
    rootfs: { type: 'layers', diff_ids: [diffId] },
  }
}

async function* json(value: unknown): AsyncGenerator<Buffer> {
  yield Buffer.from(JSON.stringify(value))
}
