import { openFileInRoot, readFileInRoot } from '../../base/kernel/open-in-root.ts'
import { copyBlob } from './archive-source.ts'
import { digestOfPath, documentBytes, type ImageSource, readHandle, type SourceOptions } from './image-source.ts'
import { digestMismatch, incomplete } from './refusals.ts'
import { type BlobFacts, scanBlob } from './scan-layer.ts'

/**
 * A folder in the OCI layout. It may hold many images and more than is imported, so only what the index leads to
 * is read. Links in it are followed within it only.
 */
export function openLayout(root: string, options: SourceOptions): ImageSource {
  const scanned = new Map<string, BlobFacts>()
  options.onProgress(null)
  return {
    tar: null,
    close: () => Promise.resolve(),
    document: (path) => readFileInRoot(root, path, documentBytes),
    async blob(path) {
      const known = scanned.get(path)
      if (known) return known
      const file = await openFileInRoot(root, path)
      if (file === null) return null
      try {
        const facts = await scanBlob(readHandle(file, options.signal), options)
        const stated = digestOfPath(path)
        if (stated !== null && stated !== facts.digest) throw digestMismatch(path)
        scanned.set(path, facts)
        return facts
      } finally {
        await file.close()
      }
    },
    async copyBlobs(digests, folder) {
      for (const [path, digest] of digests) {
        const file = await openFileInRoot(root, path)
        if (file === null) throw incomplete(path)
        try {
          await copyBlob(readHandle(file, options.signal), { path, digest, folder })
        } finally {
          await file.close()
        }
      }
    },
  }
}
