import type { Logger } from 'pino'
import { appError } from '#contract/app-error'
import { idsIn } from '../state/quarantine.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import type { SnapshotStore } from '../state/records/snapshot-records.ts'
import { mostParts } from '../storage/images/image-parts.ts'
import type { LayerId, LayerStore } from '../storage/layers/layer-store.ts'

export interface LayerReferencesDeps {
  readonly records: SandboxRecords
  readonly layers: LayerStore
  readonly snapshotRecords: SnapshotStore
  readonly log: Logger
}

/**
 * Layers that somebody names: sandboxes, snapshots that are ready or in the making, and removed sandboxes of which
 * something is left; and whatever a record that cannot be read may name. A layer in neither is of no use to anybody.
 */
export function namedLayers(deps: Pick<LayerReferencesDeps, 'records' | 'snapshotRecords'>): Set<LayerId> {
  const chains = [...deps.records.all(), ...deps.records.pendingRemovals(), ...deps.snapshotRecords.all()].map(
    ({ layers }) => layers,
  )
  const unreadable = [...deps.records.unreadable(), ...deps.snapshotRecords.unreadable()]
  return new Set([...chains.flat(), ...unreadable.flatMap(idsIn)])
}

/**
 * Removes those of the layers that nobody names any longer, and gives the bytes that it freed. Call it after the record
 * that named them has changed: whoever names a layer reads the name from a record, so nobody can name one of these again.
 */
export async function dropUnnamed(deps: LayerReferencesDeps, layers: readonly LayerId[]): Promise<number> {
  if (layers.length === 0) return 0
  const named = namedLayers(deps)
  let freed = 0
  for (const id of new Set(layers)) {
    if (named.has(id)) continue
    // The next agent's sweep finds what could not be removed.
    await removeOne(deps, id).then(
      (bytes) => {
        freed += bytes
      },
      (err: unknown) => deps.log.error({ err, layer: id }, 'a layer could not be removed'),
    )
  }
  return freed
}

async function removeOne(deps: Pick<LayerReferencesDeps, 'layers'>, id: LayerId): Promise<number> {
  const bytes = await deps.layers.diskBytes(id)
  await deps.layers.remove(id)
  return bytes
}

/** Refuses what stands on a layer that is damaged: by a quick look, and by what the latest check of all its files has found. */
export async function requireUsableLayers(
  deps: Pick<LayerReferencesDeps, 'layers' | 'snapshotRecords'>,
  chain: readonly LayerId[],
): Promise<void> {
  if (chain.length === 0) return
  const damaged = deps.snapshotRecords.all().flatMap(({ damagedLayers }) => damagedLayers ?? [])
  const found = chain.find((id) => damaged.includes(id))
  if (found !== undefined) {
    throw appError('damaged-layer', { layer: found, what: 'chain' })
  }
  for (const id of chain) await deps.layers.requireUsable(id)
}

export interface Lowers {
  /** Trees on the host, the topmost first, without the image's. */
  readonly trees: readonly string[]
  /** The same as files for a guest that mounts them itself; at most one. */
  readonly files: readonly string[]
}

/** What lies between the image of a sandbox and its writable layer, in the form that its class wants. */
export async function ensureLowers(
  deps: Pick<LayerReferencesDeps, 'layers'>,
  record: Pick<SandboxRecord, 'layers'>,
  form: 'directory' | 'image',
  signal: AbortSignal,
): Promise<Lowers> {
  if (record.layers.length === 0) return { trees: [], files: [] }
  const trees: string[] = []
  // One after the other: many of them may have to be made from one medium.
  for (const id of record.layers) trees.push(await deps.layers.ensureTree(id, signal))
  const file = form === 'image' ? await deps.layers.ensureBlockFile(record.layers, signal) : null
  return { trees, files: file === null ? [] : [file] }
}

/** The kernel reads the options of a mount from one page. */
const longestOptions = 4_000

/** How many layers a sandbox may stand on before they are joined in the background, in this state folder. */
export function longestChain(layersFolder: string, imageMounts: string): number {
  const oneLower = layersFolder.length + '/0123456789ab/tree:'.length
  // Below them lies an image of as many parts as one can have.
  const room = longestOptions - mostParts * (imageMounts.length + '/0123456789abcdef:'.length)
  return Math.max(4, Math.min(40, Math.floor((room * 0.75) / oneLower)))
}

/** Refuses what the kernel would refuse with words that help nobody. */
export function requireMountable(trees: readonly string[], name: string): void {
  if (trees.join(':').length < longestOptions) return
  throw appError('too-many-layers', { name, layers: trees.length })
}
