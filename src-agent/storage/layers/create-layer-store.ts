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
  const { folder, run, log } = deps
  const at = (id: LayerId) => placesOf(folder, id)
  const shareTree = createShareWork<string>()
  const shareSeal = createShareWork<LayerFacts>()
  const shareBlocks = createShareWork<string>()
  const blocks = createBlockFiles({ folder: deps.blockFolder, run })
  const inTurn = createInTurn()
  const sizes = new Map<LayerId, number>()

  const measure = async (places: LayerPlaces): Promise<number> => {
    const { stdout } = await run('du', ['--summarize', '--block-size=1', '--', places.folder], {
      timeoutMs: patienceMs,
    })
    return Number(stdout.split('\t')[0])
  }
  const make = async (id: LayerId, work: (part: LayerPlaces) => Promise<void>, signal?: AbortSignal): Promise<void> => {
    try {
      await makeWhole(run, at(id), id, work)
    } catch (error) {
      // A tool that was ended for it may report its own end first.
      if (signal?.aborted) throw appError('cancelled', {}, { cause: error })
      throw await explainFull(error, folder)
    }
  }
  const sealedTrees = async (chain: readonly LayerId[], signal: AbortSignal): Promise<SealedTree[]> => {
    const trees: SealedTree[] = []
    for (const id of chain) {
      await store.ensureTree(id, signal)
      await store.seal(id, { signal })
      trees.push({ id, places: at(id) })
    }
    return trees
  }
  const store: LayerStore = {
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
    async copyDiskTo(id, disk, signal) {
      const { disk: from } = at(id)
      if (!(await exists(from))) throw noSuchLayer(id)
      await copyDiskFile(run, { from, to: disk }, signal)
    },
    async ensureTree(id, signal) {
      const places = at(id)
      if (await exists(places.tree)) return places.tree
      return shareTree(id, signal, async (stop) => {
        if (await exists(places.tree)) return places.tree
        await readTreeOfDisk(deps, places, id, stop)
        sizes.delete(id)
        const { sealed } = (await store.facts(id)) ?? { sealed: false }
        if (sealed) {
          await store.seal(id, { signal: stop }).catch((error: unknown) => {
            log.warn({ err: error, layer: id }, 'the tree of a disk could not be sealed')
          })
        }
        return places.tree
      })
    },
    async ensureBlockFile(chain, signal) {
      const [top, ...others] = chain
      if (top === undefined) return null
      return shareBlocks(chain.join(' '), signal, (stop) =>
        blocks.ensure(chain, stop, async (scratch) => {
          if (others.length === 0) return store.ensureTree(top, stop)
          await mergeTrees(run, await sealedTrees(chain, stop), scratch, { signal: stop })
          return join(scratch, 'tree')
        }),
      )
    },
    merge: (chain, into, work) =>
      make(into, async ({ folder: part }) => {
        const sizes = await Promise.all(chain.map((id) => store.diskBytes(id)))
        const bytes = sizes.reduce((sum, size) => sum + size, 0)
        await requireSpace(part, bytes)
        await mergeTrees(run, await sealedTrees(chain, work.signal), part, work)
      }),
    seal: (id, { signal, onProgress }) =>
      shareSeal(id, signal, (stop) =>
        inTurn(stop, async () => {
          const expectedBytes = () => store.diskBytes(id)
          const facts = await sealLayer(run, at(id), id, {
            signal: stop,
            expectedBytes,
            ...(onProgress && { onProgress }),
          })
          sizes.delete(id)
          return facts
        }),
      ),
    facts: (id) => readFacts(at(id), id),
    verify: (id, work) => verifyLayer(at(id), id, work),
    requireUsable: (id) => requireUsableLayer(at(id), id),
    async diskBytes(id) {
      const known = sizes.get(id)
      if (known !== undefined) return known
      const places = at(id)
      if (!(await exists(places.folder))) return 0
      const bytes = await measure(places)
      // Once it is sealed, nothing in it changes but by what is done here.
      if ((await readFacts(places, id))?.sealed) sizes.set(id, bytes)
      return bytes
    },
    async remove(id) {
      sizes.delete(id)
      await blocks.drop(id)
      await removeLayer(run, at(id))
    },
    async sweep(named) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      return (await blocks.sweep(named)) + (await sweepLayers(run, folder, named))
    },
  }
  return store
}
