import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Image } from '#contract/image'
import type { ImportRequest } from '../images/image-store.ts'
import type { ImageBytes } from '../images/prepare-images.ts'
import type { PullParts } from './pull-types.ts'
import { writeFolder } from './push-image.ts'

/**
 * Imports images that no registry gave, and keeps their bytes as those of pulled ones: so they keep their digests and their history,
 * can be given to a registry, and be what a build or a commit begins with.
 */
export async function importKept(
  { deps, blobs, isImage }: Pick<PullParts, 'deps' | 'blobs' | 'isImage'>,
  request: Omit<ImportRequest, 'onStored'>,
): Promise<Image[]> {
  const releases: (() => void)[] = []
  try {
    return await deps.images.import({ ...request, onStored: keep })
  } finally {
    for (const release of releases) release()
    await blobs.sweep(isImage)
  }

  async function keep({ digest }: Pick<Image, 'digest'>, { folder, manifest, blobs: all }: ImageBytes): Promise<void> {
    releases.push(blobs.hold(all))
    for (const each of all) {
      const file = join(folder, each.slice('sha256:'.length))
      const found = await lstat(file).catch(() => null)
      // One that images of an archive share was taken with the first of them.
      if (found !== null && !(await blobs.has(each, found.size))) await blobs.adopt(file, each, found.size)
    }
    const known = await blobs.origin(manifest)
    const repositories = known?.image === digest ? known.repositories : []
    await blobs.keep({ image: digest, manifest, blobs: [...new Set(all)], repositories })
  }
}

/** Writes what is kept of an image as skopeo's form `dir` has it; false where nothing is kept of it. */
export async function writeKept(parts: PullParts, image: string, folder: string): Promise<boolean> {
  const [kept] = await parts.blobs.keptOf(image)
  if (kept === undefined) return false
  const { origin } = kept
  const release = parts.blobs.hold(origin.blobs)
  try {
    await rm(folder, { recursive: true, force: true })
    await mkdir(join(folder, '..'), { recursive: true, mode: 0o700 })
    await writeFolder(parts, origin.manifest, origin.blobs, folder)
    await chmod(folder, 0o700)
    return (await readdir(folder)).length > 0
  } finally {
    release()
  }
}
