import { mkdir, readdir, rename } from 'node:fs/promises'
import type { Run } from '../../base/process/run.ts'
import { writeAll } from '../../base/process/write-all.ts'
import type { DiskTools } from '../ext4/disk-tools.ts'
import { exists, removeTree, syncFileSystem } from '../layers/layer-places.ts'
import type { LayerSource } from '../layers/tree-view.ts'
import { endOfTar, headOf } from '../tar/write-entry.ts'
import type { TreeTools } from '../trees/layer-union.ts'
import { openTreeView } from '../trees/tree-view.ts'
import { findFolder, packFolder, rootEntry } from './copy-up.ts'
import type { VolumePlaces } from './volume-places.ts'

export interface FillDeps {
  readonly run: Run
  readonly tools: Pick<DiskTools, 'unpack'>
  readonly trees: TreeTools
}

export interface FillRequest {
  /** Layers that nobody changes any more, the topmost first. */
  readonly sources: readonly LayerSource[]
  /** A folder in them. */
  readonly target: string
  readonly signal: AbortSignal
}

/**
 * Copies what layers have at a place into an empty volume, with the folder's own owner and mode. It is put together beside
 * the volume first: a crash leaves it empty, or what `finishFilling` brings to its place. Who uses the volume meanwhile may go on.
 */
export async function fillVolume(deps: FillDeps, places: VolumePlaces, request: FillRequest): Promise<void> {
  const { sources, signal } = request
  if ((await readdir(places.data)).length > 0) return
  const view = await openTreeView(sources, deps.trees)
  try {
    const folder = await findFolder(view, Buffer.from(request.target).toString('latin1'))
    const root = folder === null ? null : await rootEntry(view, folder)
    if (folder === null || root === null) return
    await removeTree(deps.run, places.part)
    await mkdir(places.part, { mode: 0o700 })
    await deps.tools.unpack(
      places.part,
      async (out) => {
        for await (const bytes of packFolder(view, folder, signal)) await writeAll(out, bytes)
      },
      signal,
    )
    await deps.tools.unpack(
      places.data,
      async (out) => {
        await writeAll(out, headOf(root, { sparse: true }))
        await writeAll(out, endOfTar)
      },
      signal,
    )
    if ((await readdir(places.part)).length === 0) return await removeTree(deps.run, places.part)
    await syncFileSystem(deps.run, places.part)
    await rename(places.part, places.ready)
  } finally {
    await view.close()
  }
  await finishFilling(deps.run, places)
}

/** Brings what is ready to its place, where nothing of that name is, and clears what was in the making. Safe to repeat. */
export async function finishFilling(run: Run, { data, part, ready }: VolumePlaces): Promise<void> {
  if (await exists(ready)) {
    const slash = Buffer.from('/')
    for (const name of await readdir(ready, { encoding: 'buffer' })) {
      const [from, to] = [ready, data].map((folder) => Buffer.concat([Buffer.from(folder), slash, name]))
      if (from !== undefined && to !== undefined) await rename(from, to).catch(orTaken)
    }
    await removeTree(run, ready)
  }
  await removeTree(run, part)
}

/** What somebody has put there meanwhile stays. A file is replaced, as by any later copy. */
function orTaken(error: NodeJS.ErrnoException): void {
  if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EISDIR'].includes(error.code ?? '')) throw error
}
