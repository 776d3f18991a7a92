import type { Logger } from 'pino'
import type { Background } from '../base/async/background.ts'
import { createInTurn } from '../base/async/locks.ts'
import type { SnapshotRecord, SnapshotRecords } from '../state/records/snapshot-records.ts'
import type { LayerStore } from '../storage/layers/layer-store.ts'

/** Checksums are counted after a snapshot has answered, one snapshot at a time. */
export interface Sealing {
  /** In the background. */
  later(id: string): void
  /** Resolves when all layers of the snapshot have their checksums. One that is gone meanwhile is no error. */
  now(id: string, signal: AbortSignal): Promise<void>
}

export function createSealing(deps: {
  readonly layers: LayerStore
  readonly snapshotRecords: SnapshotRecords
  readonly background: Background
  readonly log: Pick<Logger, 'error'>
  readonly leaving: AbortSignal
}): Sealing {
  const { layers, snapshotRecords, leaving } = deps
  const inTurn = createInTurn()

  const seal = async (id: string, signal: AbortSignal): Promise<void> => {
    const before = snapshotRecords.get(id)
    if (before?.snapshot.state !== 'ready') return
    for (const layer of before.layers) {
      const known = await layers.facts(layer)
      if (known !== null && !known.sealed) await layers.seal(layer, { signal })
    }
    // Read anew: it may have been renamed, or removed, meanwhile.
    const record = snapshotRecords.get(id)
    const sealed = record && (await describeLayers(layers, record))
    const now = snapshotRecords.get(id)
    if (sealed && now) snapshotRecords.put({ ...now, snapshot: { ...now.snapshot, ...sealed } })
  }
  const now: Sealing['now'] = (id, signal) =>
    inTurn(signal, async () => {
      try {
        await seal(id, signal)
      } catch (error) {
        if (snapshotRecords.get(id)) throw error
      }
    })

  return {
    now,
    later(id) {
      const work = now(id, leaving).catch((err: unknown) => {
        // The next agent seals what this one leaves.
        if (!leaving.aborted) deps.log.error({ err, id }, 'a snapshot could not be sealed')
      })
      deps.background.run('a snapshot could not be sealed', work)
    },
  }
}

/** What is known of a snapshot's own layer, and whether all of its layers have their checksums. */
export async function describeLayers(
  layers: Pick<LayerStore, 'facts'>,
  { layers: chain, making, ownLayer }: Pick<SnapshotRecord, 'layers' | 'making' | 'ownLayer'>,
): Promise<{ layerBytes: number; layerEntries: number; sealed: boolean }> {
  const facts = await Promise.all(chain.map((id) => layers.facts(id)))
  const own = making?.layer ?? ownLayer ?? null
  const top = own === null ? null : facts[chain.indexOf(own)]
  return {
    layerBytes: top?.bytes ?? 0,
    layerEntries: top?.entries ?? 0,
    sealed: facts.every((each) => each?.sealed ?? false),
  }
}
