import { appError } from '#contract/app-error'
import { type Image, ImageName } from '#contract/image'

/** The name with its tag: `busybox` is `busybox:latest`. */
export function withTag(name: string): string {
  return /:[^/]*$/.test(name) ? name : `${name}:latest`
}

/**
 * A name as found in an archive, in the form it is kept under, or null where it is none that could be used.
 * Docker's hub goes unnamed, as in Docker: `docker.io/library/busybox` is `busybox`.
 */
export function nameFromArchive(found: string): string | null {
  const short = found.replace(/^(index\.)?docker\.io\/(library\/)?/, '')
  const name = ImageName.safeParse(short)
  return name.success ? withTag(name.data) : null
}

/**
 * The name in the annotations of an OCI index. The `ref.name` is a whole name with some tools and only a tag with
 * others; one that reads like a tag names nothing.
 */
export function nameFromAnnotations(annotations: Readonly<Record<string, string>>): string | null {
  const whole = annotations['io.containerd.image.name']
  if (whole !== undefined) return nameFromArchive(whole)
  const reference = annotations['org.opencontainers.image.ref.name']
  if (reference === undefined || /^(latest|v?\d[^/:]*)$/.test(reference)) return null
  return nameFromArchive(reference)
}

/** What a reference stands for; `name` is the one of the image's names that it gave, null where it was a digest. */
export interface FoundImage {
  readonly image: Image
  readonly name: string | null
}

/** Finds by name, by digest, or by a start of a digest that fits one image only. */
export function findImage(images: readonly Image[], ref: string): FoundImage {
  for (const name of [nameFromArchive(ref), withTag(ref)]) {
    const image = images.find(({ names }) => name !== null && names.includes(name))
    if (image) return { image, name }
  }
  const hex = /^(?:sha256:)?([a-f0-9]{6,64})$/.exec(ref)?.[1]
  const fitting = hex === undefined ? [] : images.filter((image) => image.digest.startsWith(`sha256:${hex}`))
  if (fitting.length > 1) throw ambiguous(ref, fitting)
  const [found] = fitting
  if (found) return { image: found, name: null }
  throw imageNotFound(ref, images)
}

function ambiguous(ref: string, fitting: readonly Image[]): Error {
  const digests = fitting.map((image) => image.digest.slice(0, 19)).join(', ')
  return appError('image-ambiguous', { ref, digests })
}

/** What is requested is not here; the names of those that are go with it. */
export function imageNotFound(ref: string, images: readonly Image[]): Error {
  const names = images.flatMap((image) => (image.names.length > 0 ? image.names : [image.digest.slice(0, 19)]))
  const shown = names.length > 10 ? [...names.slice(0, 10), `and ${names.length - 10} more`] : names
  return appError('image-not-found', { ref, names: shown.join(', ') })
}
