import { dirname } from 'node:path'
import { openFileInRoot } from '../../base/kernel/open-in-root.ts'
import { ownPlaces } from '../../engines/oci/gvisor/gvisor-flavour.ts'
import { insidePath } from '../../engines/oci/runtime-config.ts'
import { isWithin } from '../../sandboxes/host-paths.ts'
import type { TarEntry } from '../../storage/tar/read-entries.ts'

/** Entries of a layer are named without the first slash. */
const folder = dirname(insidePath).slice(1)
const files = new Set(ownPlaces.map((path) => path.slice(1)))

/** Which of these places an image has itself, in one of its parts. */
export async function placesIn(trees: readonly string[]): Promise<readonly string[]> {
  const found: string[] = []
  for (const tree of trees) {
    for (const path of files) {
      const file = await openFileInRoot(tree, path)
      if (file !== null) found.push(path)
      await file?.close()
    }
  }
  return found
}

/**
 * Finds what runsc has left in a writable layer because it mounts something of Joey's there: the folder of Joey below the `/dev` that hides it, and
 * empty files in place of what no image had. To be asked of every entry in turn, those of the image first
 * unless its own places are given.
 */
export function createPlaceFinder(
  ofImage: readonly string[] = [],
): (entry: Pick<TarEntry, 'path' | 'type' | 'size'>, isImage: boolean) => boolean {
  const real = new Set<string>(ofImage)
  return ({ path, type, size }, isImage) => {
    if (isImage || size > 0 || !['0', '5'].includes(type)) {
      if (files.has(path)) real.add(path)
      return false
    }
    return isWithin(path, folder) || (type === '0' && files.has(path) && !real.has(path))
  }
}
