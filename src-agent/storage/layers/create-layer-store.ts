import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { appError } from '#contract/app-error'
import { createInTurn } from '../../base/async/locks.ts'
import { createShareWork } from '../../base/async/share-work.ts'
import type { Run } from '../../base/process/run.ts'
import type { DiskConverter } from '../ext4/ext4-disk.ts'
import { createBlockFiles } from './block-files.ts'
import { copyFolder } from './copy-folder.ts'
import { copyDiskFile, explainFull, readTreeOfDisk, requireSpace } from './layer-disks.ts'
import { noSuchLayer } from './layer-errors.ts'
import {
  adopt,
  exists,
  freeId,
  type LayerPlaces,
  makeWhole,
  placesOf,
  removeLayer,
  sweepLayers,
} from './layer-places.ts'
import { readFacts, requireUsableLayer, sealLayer } from './layer-seal.ts'
import type { LayerFacts, LayerId, LayerStore } from './layer-store.ts'
import { mergeTrees, type SealedTree } from './merge-layers.ts'
import { verifyLayer } from './verify-layer.ts'

export interface LayerStoreDeps {
  /** Of layers. On the same file system as the writable layers of sandboxes. */
  readonly folder: string
  /** Of what is made from layers for guests that mount blocks. */
  readonly blockFolder: string
  readonly run: Run
  readonly log: Logger
  readonly converter: Pick<DiskConverter, 'readDisk'>
}

const patienceMs = 30 * 60_000

/** The layers of one state folder. MUST be the only store on it. */
export function createLayerStore(deps: LayerStoreDeps): LayerStore {
  const { folder, run } = deps
  const at = (id: LayerId) => placesOf(folder, id)
  const sizes = createSizes(run, at)
  const seal = createSealing(run, at, sizes)
  const { ensureTree, sealedTrees } = createTrees({ ...deps, at, sizes, seal })
  const blocks = createBlockFiles({ folder: deps.blockFolder, run })
  const shareBlocks = createShareWork<string>()
  const make = createMaking(run, folder, at)
  return {
    newId: () => freeId(folder),
    adoptFolder: (id, upper) => adopt(at(id), id, upper, 'tree'),
    adoptDisk: (id, disk) => adopt(at(id), id, disk, 'disk.ext4'),
    copyFolder: (id, upper, freeze, work) =>
      make(id, ({ folder: part }) => copyFolder(run, { ...work, source: upper, part, freeze }), work.signal),
    copyDisk: (id, disk, { signal, onProgress }, freeze) =>
      make(id, async (part) => {
        await copyDiskFile(run, { from: disk, to: part.disk, freeze }, signal)
        onProgress?.(1)
      }),
    copyDiskTo: (id, disk, signal) => copyDiskTo(run, at(id), { id, disk }, signal),
    ensureTree,
    async ensureBlockFile(chain, signal) {
      const [top, ...others] = chain
      if (top === undefined) return null
      return shareBlocks(chain.join(' '), signal, (stop) =>
        blocks.ensure(chain, stop, async (scratch) => {
          if (others.length === 0) return ensureTree(top, stop)
          await mergeTrees(run, await sealedTrees(chain, stop), scratch, { signal: stop })
          return join(scratch, 'tree')
        }),
      )
    },
    merge: (chain, into, work) =>
      make(into, async ({ folder: part }) => {
        const bytes = await Promise.all(chain.map((id) => sizes.bytesOf(id)))
        await requireSpace(
          part,
          bytes.reduce((sum, size) => sum + size, 0),
        )
        await mergeTrees(run, await sealedTrees(chain, work.signal), part, work)
      }),
    seal,
    facts: (id) => readFacts(at(id), id),
    verify: (id, work) => verifyLayer(at(id), id, work),
    requireUsable: (id) => requireUsableLayer(at(id), id),
    diskBytes: sizes.bytesOf,
    async remove(id) {
      sizes.forget(id)
      await blocks.drop(id)
      await removeLayer(run, at(id))
    },
    async sweep(named) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      return (await blocks.sweep(named)) + (await sweepLayers(run, folder, named))
    },
  }
}

type PlacesOf = (id: LayerId) => LayerPlaces

/** How much layers take on the disk. Of a sealed one that is measured once. */
function createSizes(run: Run, at: PlacesOf) {
  const sizes = new Map<LayerId, number>()
  const measure = async (places: LayerPlaces): Promise<number> => {
    const { stdout } = await run('du', ['--summarize', '--block-size=1', '--', places.folder], {
      timeoutMs: patienceMs,
    })
    return Number(stdout.split('\t')[0])
  }
  return {
    async bytesOf(id: LayerId): Promise<number> {
      const known = sizes.get(id)
      if (known !== undefined) return known
      const places = at(id)
      if (!(await exists(places.folder))) return 0
      const bytes = await measure(places)
      // Once it is sealed, nothing in it changes but by what is done here.
      if ((await readFacts(places, id))?.sealed) sizes.set(id, bytes)
      return bytes
    },
    forget: (id: LayerId): void => void sizes.delete(id),
  }
}

type Sizes = ReturnType<typeof createSizes>

/** Seals one layer after another; who wants the same at once shares the work. */
function createSealing(run: Run, at: PlacesOf, sizes: Sizes): LayerStore['seal'] {
  const shareSeal = createShareWork<LayerFacts>()
  const inTurn = createInTurn()
  return (id, { signal, onProgress }) =>
    shareSeal(id, signal, (stop) =>
      inTurn(stop, async () => {
        const expectedBytes = () => sizes.bytesOf(id)
        const facts = await sealLayer(run, at(id), id, {
          signal: stop,
          expectedBytes,
          ...(onProgress && { onProgress }),
        })
        sizes.forget(id)
        return facts
      }),
    )
}

interface TreesDeps extends LayerStoreDeps {
  readonly at: PlacesOf
  readonly sizes: Sizes
  readonly seal: LayerStore['seal']
}

/** Trees of layers, which are read out of a disk where there is no tree yet. */
function createTrees({ at, sizes, seal, ...deps }: TreesDeps) {
  const shareTree = createShareWork<string>()
  const ensureTree: LayerStore['ensureTree'] = async (id, signal) => {
    const places = at(id)
    if (await exists(places.tree)) return places.tree
    return shareTree(id, signal, async (stop) => {
      if (await exists(places.tree)) return places.tree
      await readTreeOfDisk(deps, places, id, stop)
      sizes.forget(id)
      const { sealed } = (await readFacts(places, id)) ?? { sealed: false }
      if (sealed) {
        await seal(id, { signal: stop }).catch((error: unknown) => {
          deps.log.warn({ err: error, layer: id }, 'the tree of a disk could not be sealed')
        })
      }
      return places.tree
    })
  }
  const sealedTrees = async (chain: readonly LayerId[], signal: AbortSignal): Promise<SealedTree[]> => {
    const trees: SealedTree[] = []
    for (const id of chain) {
      await ensureTree(id, signal)
      await seal(id, { signal })
      trees.push({ id, places: at(id) })
    }
    return trees
  }
  return { ensureTree, sealedTrees }
}

/** Makes a layer that is there whole or not at all. */
function createMaking(run: Run, folder: string, at: PlacesOf) {
  return async (id: LayerId, work: (part: LayerPlaces) => Promise<void>, signal?: AbortSignal): Promise<void> => {
    try {
      await makeWhole(run, at(id), id, work)
    } catch (error) {
      // A tool that was ended for it may report its own end first.
      if (signal?.aborted) throw appError('cancelled', {}, { cause: error })
      throw await explainFull(error, folder)
    }
  }
}

async function copyDiskTo(
  run: Run,
  { disk: from }: LayerPlaces,
  { id, disk }: { readonly id: LayerId; readonly disk: string },
  signal: AbortSignal,
): Promise<void> {
  if (!(await exists(from))) throw noSuchLayer(id)
  await copyDiskFile(run, { from, to: disk }, signal)
}
