import { createHash } from 'node:crypto'
import type { BlobFacts } from './scan-layer.ts'

/** Fields of an image's description that some builders wrote as one text. Docker reads it as a list of one, umoci does not read it. */
const lists = ['Entrypoint', 'Cmd'] as const

/** A description or manifest that is written anew for the import, by its digest. */
export interface WrittenBlob {
  readonly digest: string
  readonly content: Buffer
}

/** The description with lists where it had a text in place of one, all else as it was; null where nothing is to be corrected. */
export function withLists(description: Buffer): WrittenBlob | null {
  const parsed = JSON.parse(description.toString('utf8')) as { config?: Record<string, unknown> | null }
  const config = parsed.config ?? {}
  const texts = lists.filter((field) => typeof config[field] === 'string')
  if (texts.length === 0) return null
  const corrected = Object.fromEntries(texts.map((field) => [field, [config[field]]]))
  return written({ ...parsed, config: { ...config, ...corrected } })
}

/** The manifest of the OCI with another description in it. */
export function withDescription(manifest: Buffer, { digest, content }: WrittenBlob): WrittenBlob {
  const parsed = JSON.parse(manifest.toString('utf8')) as { config: Record<string, unknown> }
  return written({ ...parsed, config: { ...parsed.config, digest, size: content.length } })
}

/** A manifest for an image that has none of the OCI's: one in an archive of Docker. */
export function manifestOf({ digest, content }: WrittenBlob, layers: readonly BlobFacts[]): WrittenBlob {
  const image = 'application/vnd.oci.image'
  return written({
    schemaVersion: 2,
    mediaType: `${image}.manifest.v1+json`,
    config: { mediaType: `${image}.config.v1+json`, digest, size: content.length },
    layers: layers.map((blob) => ({
      mediaType: `${image}.layer.v1.tar${mediaSuffix(blob)}`,
      digest: blob.digest,
      size: blob.size,
    })),
  })
}

function mediaSuffix({ layer }: BlobFacts): string {
  return !layer || layer.compression === 'none' ? '' : `+${layer.compression}`
}

function written(value: unknown): WrittenBlob {
  const content = Buffer.from(JSON.stringify(value))
  return { digest: `sha256:${createHash('sha256').update(content).digest('hex')}`, content }
}
