import { mkdir } from 'node:fs/promises'
import { appError } from '#contract/app-error'
import { writeAll } from '../../base/process/write-all.ts'
import { parentOf } from '../../base/relative-path.ts'
import type { DiskTools } from '../../storage/ext4/disk-tools.ts'
import { makeSocket } from '../../storage/ext4/sockets.ts'
import { readEntries, type TarEntry } from '../../storage/tar/read-entries.ts'
import { bodyOf, endOfTar, headOf } from '../../storage/tar/write-entry.ts'
import { bundleDamaged } from './bundle-errors.ts'
import { createLayerCheck, type LayerBudget } from './layer-check.ts'
import { LayerAbout } from './manifest.ts'
import type { BundlePart } from './parts.ts'

interface UnpackRequest {
  readonly part: BundlePart
  /** The folder to make. */
  readonly folder: string
  readonly budget: LayerBudget
  readonly tools: Pick<DiskTools, 'unpack'>
  readonly signal: AbortSignal
  readonly onBytes: (bytes: number) => void
}

/** Makes the folder of a layer of what a bundle holds, by GNU tar in its confinement, which reads headers that are our own. */
export async function unpackLayer({ part, folder, budget, tools, signal, onBytes }: UnpackRequest): Promise<void> {
  const about = LayerAbout.safeParse(part.about)
  if (!about.success) throw bundleDamaged('what is said of a layer is not readable')
  const { sockets } = about.data
  const parents = new Set(sockets.map(({ path }) => parentOf(path)))
  const kept: TarEntry[] = []
  const known = new Set<string>()
  await mkdir(folder, { mode: 0o700 })
  await tools.unpack(
    folder,
    async (out) => {
      const check = createLayerCheck(budget)
      for await (const { entry, content } of readEntries(part.content)) {
        signal.throwIfAborted()
        const safe = check(entry)
        if (safe.type === '5' && parents.has(safe.path)) kept.push(safe)
        if (sockets.length > 0) known.add(safe.path)
        await writeAll(out, headOf(safe, { sparse: true }))
        for await (const bytes of bodyOf(safe, content, { sparse: true })) await writeAll(out, bytes)
        onBytes(safe.stored)
      }
      await writeAll(out, endOfTar)
    },
    signal,
  )
  if (sockets.length === 0) return
  for (const { path, modified, ...socket } of sockets) {
    // A folder that is in the layer, and a name that is not: nothing is followed and nothing replaced.
    const isFree = kept.some((folderOf) => folderOf.path === parentOf(path)) && !known.has(path)
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (!isFree || ['', '.', '..'].includes(name) || name.length > 255 || path.includes('\0')) {
      throw appError('bundle-path-invalid', { what: 'socket' })
    }
    known.add(path)
    await makeSocket(folder, { ...socket, path, modified: BigInt(modified) })
  }
  // Making sockets has changed the times of their folders.
  await tools.unpack(
    folder,
    async (out) => {
      for (const entry of kept) await writeAll(out, headOf(entry, { sparse: true }))
      await writeAll(out, endOfTar)
    },
    signal,
  )
}
