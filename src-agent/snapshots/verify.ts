import type { Said } from '#contract/reasons/define'
import { listOf, sentence } from '#contract/sentence'
import type { SnapshotCheck } from '#contract/snapshot'
import { explainFailure } from '../base/failures/machine-failure.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SnapshotRecord, SnapshotStore } from '../state/records/snapshot-records.ts'
import type { LayerCheck, LayerId, LayerStore } from '../storage/layers/layer-store.ts'
import type { Sealing } from './sealing.ts'
import { stateFolder } from './state-folder.ts'
import { checkState } from './take-live.ts'

interface Deps {
  readonly folder: StateFolder
  readonly layers: LayerStore
  readonly snapshotRecords: SnapshotStore
  readonly now: () => Date
  readonly sealing: Sealing
}

const mostProblems = 100

interface CheckWork {
  readonly signal: AbortSignal
  readonly onProgress: (progress: number) => void
}

/** Reads layers and states again, one snapshot or all, each layer once. What is damaged is on record afterwards. */
export async function verifySnapshots(
  deps: Deps,
  only: string | null,
  { signal, onProgress }: CheckWork,
): Promise<SnapshotCheck[]> {
  const { snapshotRecords } = deps
  const wanted = snapshotRecords.all().filter(({ snapshot, making }) => {
    return making === undefined && (only === null || snapshot.id === only)
  })
  const known = new Map<LayerId, LayerCheck>()
  const checks: SnapshotCheck[] = []
  for (const [index, { snapshot }] of wanted.entries()) {
    signal.throwIfAborted()
    const part = (share: number) => onProgress((index + share) / wanted.length)
    // What the background has not come to yet would be taken for damage.
    await deps.sealing.now(snapshot.id, signal).catch(() => undefined)
    const record = snapshotRecords.get(snapshot.id)
    if (!record) continue
    const check = await verifyOne(deps, record, known, { signal, onProgress: part })
    noteCheck(
      deps,
      check,
      record.layers.filter((id) => known.get(id)?.ok === false),
    )
    checks.push(check)
  }
  return checks
}

async function verifyOne(
  deps: Pick<Deps, 'folder' | 'layers'>,
  record: SnapshotRecord,
  known: Map<LayerId, LayerCheck>,
  { signal, onProgress }: CheckWork,
): Promise<SnapshotCheck> {
  const problems: Said[] = []
  let checkedBytes = 0
  for (const [index, id] of record.layers.entries()) {
    const check =
      known.get(id) ??
      (await verifyLayer(deps, id, {
        signal,
        onProgress: (share) => onProgress((index + share) / (record.layers.length + 1)),
      }))
    known.set(id, check)
    problems.push(...check.problems)
    checkedBytes += check.bytes
  }
  const state = await checkState(stateFolder(deps, record.snapshot.id), record.stateSums)
  problems.push(...state.problems)
  const listed = listOf(problems.slice(0, mostProblems))
  const { id, name } = record.snapshot
  return {
    id,
    name,
    ok: problems.length === 0,
    problems: listed.texts,
    problemsWordings: listed.wordings,
    checkedBytes: checkedBytes + state.bytes,
  }
}

async function verifyLayer(deps: Pick<Deps, 'layers'>, id: LayerId, work: CheckWork): Promise<LayerCheck> {
  try {
    const check = await deps.layers.verify(id, work)
    const isExplained = check.ok || check.problems.length > 0
    return isExplained ? check : { ...check, problems: [sentence('layer-not-as-written')] }
  } catch (error) {
    work.signal.throwIfAborted()
    return { ok: false, problems: [explainFailure(error).wire], bytes: 0 }
  }
}

function noteCheck(
  deps: Pick<Deps, 'snapshotRecords' | 'now'>,
  { id, ok, problems, problemsWordings }: SnapshotCheck,
  damagedLayers: readonly LayerId[],
): void {
  const record = deps.snapshotRecords.get(id)
  if (!record || record.making !== undefined) return
  const verifiedAt = deps.now().toISOString()
  const [problem = null] = problems
  const problemWording = problemsWordings?.[0]
  const { damagedLayers: _before, ...rest } = record
  const { problemWording: _outdated, ...snapshot } = record.snapshot
  const found = ok
    ? { state: 'ready' as const, problem: null }
    : { state: 'damaged' as const, problem, ...(problemWording && { problemWording }) }
  const damage = damagedLayers.length > 0 ? { damagedLayers: [...damagedLayers] } : {}
  deps.snapshotRecords.put({ ...rest, ...damage, snapshot: { ...snapshot, ...found, verifiedAt } })
}
