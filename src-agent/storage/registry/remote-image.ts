import { createHash } from 'node:crypto'
import * as z from 'zod'
import { appError } from '#contract/app-error'
import { Descriptor, Index, Manifest } from '../images/oci-schemas.ts'
import { hostArchitecture } from '../images/plan-images.ts'

/** An image in a registry, for this machine: what its manifest says, which is not yet true. */
export interface RemoteImage {
  readonly digest: string
  readonly manifest: Buffer
  readonly mediaType: string
  readonly config: Descriptor
  /** From the lowest up; one that is there twice is there twice. */
  readonly layers: readonly Descriptor[]
}

/** Docker's own kind, which skopeo turns into the OCI's, its configuration included. */
export const isOfDocker = ({ mediaType }: Pick<RemoteImage, 'mediaType'>): boolean => mediaType === dockerManifest

const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json'
const ociManifest = 'application/vnd.oci.image.manifest.v1+json'
const Kind = z.looseObject({ schemaVersion: z.int().optional(), mediaType: z.string().max(255).optional() })

/**
 * Asks for a manifest and goes down a list of platforms to the one for this machine. `read` gets the bytes under a tag or a
 * digest; each is compared with the digest that led to it.
 */
export async function resolveRemote(
  asked: { readonly registry: string; readonly digest: string | null },
  read: (digest: string | null) => Promise<Buffer>,
): Promise<RemoteImage> {
  let digest = asked.digest
  for (let depth = 0; depth < 3; depth += 1) {
    const content = await read(digest)
    const own = digestOf(content)
    if (digest !== null && own !== digest) throw appError('registry-wrong-content', { registry: asked.registry })
    const value = parseJson(content, asked.registry)
    const list = z.looseObject({ manifests: z.array(z.unknown()) }).safeParse(value)
    if (!list.success) return toRemote(content, own, value, asked.registry)
    digest = chooseFor(Index.safeParse(value), asked.registry)
  }
  throw appError('image-index-too-deep')
}

export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

function toRemote(manifest: Buffer, digest: string, value: unknown, registry: string): RemoteImage {
  const kind = Kind.safeParse(value)
  if (kind.data?.schemaVersion === 1) throw appError('registry-manifest-too-old', { registry })
  const parsed = Manifest.safeParse(value)
  if (!parsed.success) throw appError('registry-manifest-unreadable', { registry })
  const { config, layers } = parsed.data
  const isDocker =
    kind.data?.mediaType === dockerManifest || config.mediaType === 'application/vnd.docker.container.image.v1+json'
  return { digest, manifest, mediaType: isDocker ? dockerManifest : ociManifest, config, layers }
}

function chooseFor(index: z.ZodSafeParseResult<Index>, registry: string): string {
  if (!index.success) throw appError('registry-manifest-unreadable', { registry })
  const images = index.data.manifests.filter(
    ({ platform, annotations }) =>
      annotations?.['vnd.docker.reference.type'] === undefined && platform?.os !== 'unknown',
  )
  const fitting = images.find(({ platform }) => platform?.os === 'linux' && platform.architecture === hostArchitecture)
  const chosen = fitting ?? images.find(({ platform }) => !platform)
  if (chosen) return chosen.digest
  const [other] = images
  if (!other?.platform) throw appError('registry-manifest-unreadable', { registry })
  const platforms = [
    ...new Set(images.flatMap(({ platform }) => (platform ? [`${platform.os}/${platform.architecture}`] : []))),
  ]
  throw appError('image-no-platform', { platforms: platforms.slice(0, 12).join(', '), host: hostArchitecture })
}

function parseJson(content: Buffer, registry: string): unknown {
  try {
    return JSON.parse(content.toString('utf8'))
  } catch {
    throw appError('registry-manifest-unreadable', { registry })
  }
}
