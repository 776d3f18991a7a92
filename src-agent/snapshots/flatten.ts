import { join } from 'node:path'
import type { Background } from '../base/async/background.ts'
import { type KeyedLock, withLocks } from '../base/async/locks.ts'
import { dropUnnamed, type LayerReferencesDeps, longestChain } from '../sandboxes/layer-references.ts'
import type { EventLog } from '../state/event-log.ts'
import type { StateFolder } from '../state/folder.ts'
import { commitTogether } from '../state/record-change.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import type { LayerId } from '../storage/layers/layer-store.ts'

interface Deps extends LayerReferencesDeps {
  readonly events: EventLog
  readonly folder: StateFolder
  readonly lock: KeyedLock
  readonly background: Background
  /** For tests: called between any two steps. */
  readonly step: (name: string) => Promise<void>
  /** Ends with the service, before the agent does. */
  readonly leaving: AbortSignal
}

/** Joins the lower layers of chains that have become long, so that neither the kernel nor a reader has to look through all. */
export interface Flattening {
  /** In the background; without effect where no chain is too long. */
  later(): void
}

export function createFlattening(deps: Deps): Flattening {
  let isUnderWay = false
  const { background } = deps
  const work = async (): Promise<void> => {
    for (let chain = findLong(deps); chain; chain = findLong(deps)) {
      if (deps.leaving.aborted || !(await flatten(deps, chain))) return
    }
  }
  return {
    later() {
      if (isUnderWay || findLong(deps) === null) return
      isUnderWay = true
      const done = work()
        .catch((error: unknown) => {
          if (!deps.leaving.aborted) throw error
        })
        .finally(() => {
          isUnderWay = false
        })
      background.run('long chains of layers could not be joined', done)
    },
  }
}

type Named = SandboxRecord | SnapshotRecord

/** What may be switched to another layer: not what runs, and no memory, which wants the very disk that it was saved with. */
function isSwitchable(record: Named): boolean {
  if ('sandbox' in record)
    return ['created', 'stopped'].includes(record.sandbox.state) && record.restore === null && record.change === null
  return record.making === undefined && record.snapshot.live === null && record.snapshot.state === 'ready'
}

/** The lower part of the longest chain that is too long and may be switched: the layers to join, the topmost first. */
function findLong(deps: Pick<Deps, 'records' | 'folder' | 'snapshotRecords'>): LayerId[] | null {
  const most = longestChain(join(deps.folder.home, 'layers'), deps.folder.imageMounts)
  const chains = [...deps.records.all(), ...deps.snapshotRecords.all()]
    .filter((record) => record.layers.length > most && isSwitchable(record))
    .map(({ layers }) => layers)
    .sort((one, other) => other.length - one.length)
  return chains[0]?.slice(-Math.ceil(most * 0.75)) ?? null
}

/** False where nothing was switched, so that it is not tried for ever. */
async function flatten(
  deps: Pick<Deps, 'records' | 'events' | 'layers' | 'snapshotRecords' | 'lock' | 'log' | 'step' | 'leaving'>,
  chain: readonly LayerId[],
): Promise<boolean> {
  const { layers } = deps
  const into = layers.newId()
  // Until it is named below, a sweep of the next agent would take it away again.
  await layers.merge(chain, into, { signal: deps.leaving })
  await layers.seal(into, { signal: deps.leaving })
  await deps.step('merged')
  const onChain = <T extends Named>(records: readonly T[]) => records.filter(({ layers: all }) => endsWith(all, chain))
  const ids = onChain(deps.records.all()).map(({ sandbox }) => sandbox.id)
  const switched = await withLocks(deps.lock, ids, async () => {
    const replace = (all: readonly LayerId[]) => [...all.slice(0, all.length - chain.length), into]
    const sandboxes = onChain(deps.records.all()).filter((each) => isSwitchable(each) && ids.includes(each.sandbox.id))
    const snapshots = onChain(deps.snapshotRecords.all()).filter(isSwitchable)
    commitTogether(deps.events, [
      ...sandboxes.map((each) => deps.records.changeOf({ ...each, layers: replace(each.layers) })),
      ...snapshots.map((each) => deps.snapshotRecords.changeOf(withoutDisk({ ...each, layers: replace(each.layers) }))),
    ])
    return sandboxes.length + snapshots.length
  })
  await deps.step('switched')
  await dropUnnamed(deps, switched === 0 ? [into] : chain)
  return switched > 0
}

/** A disk that was joined with others cannot be put back as one. */
function withoutDisk(record: SnapshotRecord): SnapshotRecord {
  const keepsTop = record.layers[0] === record.ownLayer
  return keepsTop ? record : { ...record, topIsDisk: false }
}

function endsWith(all: readonly LayerId[], chain: readonly LayerId[]): boolean {
  const from = all.length - chain.length
  return from >= 0 && chain.every((id, index) => all[from + index] === id)
}
