import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { link, lstat, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as z from 'zod'
import { ImageDigest } from '#contract/image'
import { type Sentence, sentence } from '#contract/sentence'

/** What is kept of an image that was pulled: the bytes that the registry has, so that they can be given back as they were. */
const Origin = z.strictObject({
  /** Of the image's record; null while it is not whole. */
  image: ImageDigest.nullable(),
  /** As the registry knows it. */
  manifest: ImageDigest,
  /** The manifest's own, that of the configuration, and those of the layers. */
  blobs: z.array(ImageDigest),
  /** Where it was pulled from: registry and path. */
  repositories: z.array(z.string()),
  since: z.iso.datetime(),
})
export type Origin = z.infer<typeof Origin>

/** Compressed layers, configurations and manifests as registries have them, by digest. */
export interface BlobStore {
  has(digest: string, size: number): Promise<boolean>
  /** Gives a blob a second name in a folder, where it can be read and not changed. */
  linkTo(digest: string, folder: string): Promise<void>
  /** Takes a file in, if its content is what the digest says; false where it is not. The file is gone afterwards. */
  adopt(file: string, digest: string, size: number): Promise<boolean>
  read(digest: string): Promise<Buffer>
  /** What is known of an image by the digest of its manifest in a registry. */
  origin(manifest: string): Promise<Origin | null>
  keep(origin: Omit<Origin, 'since'>): Promise<void>
  /** Of a fetch that is not to be taken up again. What is whole stays. */
  forgetPartial(manifest: string): Promise<void>
  /** Removes what belongs to no image any more, and to no fetch that may be taken up again. Gives the number of blobs. */
  sweep(isImage: (digest: string) => boolean): Promise<number>
  /** Of a stored image, what is kept of it and where it came from. */
  keptOf(image: string): Promise<readonly { readonly origin: Origin; readonly bytes: number }[]>
  /** Blobs that belong to no image yet, until what it answers is called. */
  hold(digests: readonly string[]): () => void
}

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants

/** How long the layers of a fetch that broke off are kept, to go on with them, and of how many fetches at most. */
const partialMs = 24 * 60 * 60_000
const mostPartials = 8

export function createBlobStore(folder: string, now: () => number = Date.now): BlobStore {
  const blobs = join(folder, 'blobs', 'sha256')
  const pathOf = (digest: string): string => join(blobs, hexOf(digest))
  const origins = createOrigins(join(folder, 'origins'), now)
  const held = createHolds()
  /** Names of files that are looked at. Where the agent dies meanwhile they are nobody's, and go. */
  const arriving = new Set<string>()
  return {
    has: async (digest, size) => (await sizeOf(pathOf(digest))) === size,
    read: (digest) => readFile(pathOf(digest)),
    linkTo: (digest, to) => link(pathOf(digest), join(to, hexOf(digest))),
    async adopt(file, digest, size) {
      await mkdir(blobs, { recursive: true, mode: 0o700 })
      const own = `${hexOf(digest)}.${randomBytes(4).toString('hex')}`
      arriving.add(own)
      try {
        // First of all: from here on its name is the agent's alone, and nobody puts a link in its place.
        await rename(file, join(blobs, own))
        if (!(await makeOwn(join(blobs, own), digest, size))) return false
        await rename(join(blobs, own), pathOf(digest))
        return true
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
        throw error
      } finally {
        await rm(join(blobs, own), { recursive: true, force: true })
        arriving.delete(own)
      }
    },
    ...{ origin: origins.read, keep: origins.write, forgetPartial: origins.forgetPartial, hold: held.hold },
    async keptOf(image) {
      const own = (await origins.list()).filter((origin) => origin.image === image)
      return Promise.all(own.map(async (origin) => ({ origin, bytes: await sizeOfAll(origin.blobs.map(pathOf)) })))
    },
    async sweep(isImage) {
      const kept = await origins.sweep(isImage)
      const digests = [...held.all(), ...kept.flatMap((each) => each.blobs)]
      return removeOthers(blobs, new Set([...digests.map(hexOf), ...arriving]))
    },
  }
}

/** Of each pulled image, which blobs are its own. */
function createOrigins(folder: string, now: () => number) {
  const fileOf = (manifest: string): string => join(folder, `${hexOf(manifest)}.json`)
  const read = (manifest: string): Promise<Origin | null> => readOrigin(fileOf(manifest))
  return {
    read,
    async write(origin: Omit<Origin, 'since'>): Promise<void> {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const fresh = `${fileOf(origin.manifest)}.${randomBytes(4).toString('hex')}`
      const whole = Origin.parse({ ...origin, since: new Date(now()).toISOString() })
      await writeFile(fresh, JSON.stringify(whole), { mode: 0o600 })
      await rename(fresh, fileOf(origin.manifest))
    },
    async forgetPartial(manifest: string): Promise<void> {
      if ((await read(manifest))?.image === null) await rm(fileOf(manifest), { force: true })
    },
    async list(): Promise<readonly Origin[]> {
      const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'))
      const all = await Promise.all(files.map((name) => readOrigin(join(folder, name))))
      return all.filter((origin) => origin !== null)
    },
    /** Removes those of images that are gone, and gives the others. */
    async sweep(isImage: (digest: string) => boolean): Promise<readonly Origin[]> {
      const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'))
      const all = await Promise.all(files.map(async (name) => ({ name, origin: await readOrigin(join(folder, name)) })))
      const oldest = new Date(now() - partialMs).toISOString()
      const partials = all.filter(({ origin }) => origin?.image === null && origin.since > oldest)
      const young = new Set(partials.toSorted((a, b) => (since(a) < since(b) ? 1 : -1)).slice(0, mostPartials))
      const isKept = (each: (typeof all)[number]): boolean =>
        each.origin !== null && (each.origin.image === null ? young.has(each) : isImage(each.origin.image))
      for (const each of all) if (!isKept(each)) await rm(join(folder, each.name), { force: true })
      return all.filter(isKept).flatMap(({ origin }) => origin ?? [])
    },
  }
}

const since = ({ origin }: { readonly origin: Origin | null }): string => origin?.since ?? ''

/** Blobs that work is done with: each as often as it is held. */
function createHolds() {
  const counts = new Map<string, number>()
  const change = (digest: string, by: number): void => {
    const left = (counts.get(digest) ?? 0) + by
    if (left > 0) counts.set(digest, left)
    else counts.delete(digest)
  }
  return {
    all: () => counts.keys(),
    hold(digests: readonly string[]): () => void {
      for (const digest of digests) change(digest, 1)
      return () => {
        for (const digest of digests) change(digest, -1)
      }
    },
  }
}

/** What an agent's start says of blobs that it has removed. */
export function describeSwept(count: number): readonly Sentence[] {
  return count === 0 ? [] : [sentence('found-image-blobs', { count })]
}

async function removeOthers(folder: string, kept: ReadonlySet<string>): Promise<number> {
  let removed = 0
  for (const name of await readdir(folder).catch(() => [])) {
    if (kept.has(name)) continue
    await rm(join(folder, name), { recursive: true, force: true })
    removed += 1
  }
  return removed
}

async function readOrigin(path: string): Promise<Origin | null> {
  try {
    const origin = Origin.parse(JSON.parse(await readFile(path, 'utf8')))
    return `${hexOf(origin.manifest)}.json` === basename(path) ? origin : null
  } catch {
    return null
  }
}

async function sizeOfAll(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all([...new Set(paths)].map(sizeOf))
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
}

async function sizeOf(path: string): Promise<number | null> {
  const found = await lstat(path).catch(() => null)
  return found?.isFile() ? found.size : null
}

/** Takes a file from whoever wrote it, who has ended: nobody but the agent can change it then. False where it is not the right one. */
async function makeOwn(path: string, digest: string, size: number): Promise<boolean> {
  const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP' || error.code === 'ENXIO') return null
    throw error
  })
  if (handle === null) return false
  try {
    const found = await handle.stat()
    // With a second name it could be reached by that.
    if (!found.isFile() || found.size !== size || found.nlink !== 1) return false
    await handle.chown(process.getuid?.() ?? 0, process.getgid?.() ?? 0)
    await handle.chmod(0o444)
    const hash = createHash('sha256')
    await pipeline(handle.createReadStream({ autoClose: false }), hash)
    return `sha256:${hash.digest('hex')}` === digest
  } finally {
    await handle.close()
  }
}

function hexOf(digest: string): string {
  return ImageDigest.parse(digest).slice('sha256:'.length)
}
