import { appError } from '#contract/app-error'
import type { LayerId } from '../storage/layers/layer-store.ts'
import type { SandboxContext } from './context.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'

type Ground = Pick<SandboxContext, 'records' | 'snapshots' | 'layers' | 'log'>

/**
 * Layers that somebody names: sandboxes, snapshots that are ready or in the making, and removed sandboxes of which
 * something is left. A layer in neither is of no use to anybody.
 */
export function namedLayers({ records, snapshots }: Pick<Ground, 'records' | 'snapshots'>): Set<LayerId> {
  const chains = [...records.all(), ...records.buried(), ...snapshots.all()].map(({ layers }) => layers)
  return new Set(chains.flat())
}

/**
 * Removes those of the layers that nobody names any longer, and gives the bytes that it freed. Call it after the record
 * that named them has changed: whoever names a layer reads the name from a record, so nobody can name one of these again.
 */
export async function dropUnnamed(ground: Ground, layers: readonly LayerId[]): Promise<number> {
  if (layers.length === 0) return 0
  const named = namedLayers(ground)
  let freed = 0
  for (const id of new Set(layers)) {
    if (named.has(id)) continue
    // The next agent's sweep finds what could not be removed.
    await removeOne(ground, id).then(
      (bytes) => {
        freed += bytes
      },
      (err: unknown) => ground.log.error({ err, layer: id }, 'a layer could not be removed'),
    )
  }
  return freed
}

async function removeOne({ layers }: Ground, id: LayerId): Promise<number> {
  const bytes = await layers.diskBytes(id)
  await layers.remove(id)
  return bytes
}

/** Refuses what stands on a layer that is damaged: by a quick look, and by what the latest check of all its files has found. */
export async function requireUsableLayers(
  { layers, snapshots }: Pick<Ground, 'layers' | 'snapshots'>,
  chain: readonly LayerId[],
): Promise<void> {
  if (chain.length === 0) return
  const damaged = snapshots.all().flatMap(({ damagedLayers }) => damagedLayers ?? [])
  const found = chain.find((id) => damaged.includes(id))
  if (found !== undefined) {
    const message =
      'One of the layers that it stands on is damaged on the disk of this machine, so nothing starts from it. "joey snapshot verify" says which files. Use another snapshot, and check this disk.'
    throw appError('engine', 'damaged-layer', message, { params: { layer: found } })
  }
  for (const id of chain) await layers.requireUsable(id)
}

export interface Lowers {
  /** Trees on the host, the topmost first, without the image's. */
  readonly trees: readonly string[]
  /** The same as files for a guest that mounts them itself; at most one. */
  readonly files: readonly string[]
}

/** What lies between the image of a sandbox and its writable layer, in the form that its class wants. */
export async function ensureLowers(
  { layers }: Pick<Ground, 'layers'>,
  record: Pick<SandboxRecord, 'layers'>,
  form: 'directory' | 'image',
  signal: AbortSignal,
): Promise<Lowers> {
  if (record.layers.length === 0) return { trees: [], files: [] }
  const trees: string[] = []
  // One after the other: many of them may have to be made from one medium.
  for (const id of record.layers) trees.push(await layers.ensureTree(id, signal))
  const file = form === 'image' ? await layers.ensureBlockFile(record.layers, signal) : null
  return { trees, files: file === null ? [] : [file] }
}

/** The kernel reads the options of a mount from one page. */
const longestOptions = 4_000

/** How many layers a sandbox may stand on before they are joined in the background, in this state folder. */
export function longestChain(layersFolder: string): number {
  const oneLower = layersFolder.length + '/0123456789ab/tree:'.length
  return Math.max(4, Math.min(40, Math.floor((longestOptions * 0.75) / oneLower)))
}

/** Refuses what the kernel would refuse with words that help nobody. */
export function requireMountable(trees: readonly string[], name: string): void {
  if (trees.join(':').length < longestOptions) return
  const message = `"${name}" stands on ${trees.length} layers, which is more than one mount can have. Wait a moment until they have been joined, then try again.`
  throw appError('conflict', 'too-many-layers', message, { params: { name, layers: trees.length } })
}
