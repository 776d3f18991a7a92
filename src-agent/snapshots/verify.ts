import { AppError } from '#contract/app-error'
import type { SnapshotCheck } from '#contract/snapshot'
import type { LayerCheck, LayerId } from '../storage/layers/layer-store.ts'
import { type SnapshotGround, stateFolder } from './snapshot-ground.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import { checkState } from './take-live.ts'

const mostProblems = 100

interface CheckWork {
  readonly signal: AbortSignal
  readonly onProgress: (progress: number) => void
}

/** Reads layers and states again, one snapshot or all, each layer once. What is damaged is on record afterwards. */
export async function verifySnapshots(
  ground: SnapshotGround,
  only: string | null,
  { signal, onProgress }: CheckWork,
): Promise<SnapshotCheck[]> {
  const { snapshotRecords } = ground
  const wanted = snapshotRecords.all().filter(({ snapshot, making }) => {
    return making === undefined && (only === null || snapshot.id === only)
  })
  const known = new Map<LayerId, LayerCheck>()
  const checks: SnapshotCheck[] = []
  for (const [index, { snapshot }] of wanted.entries()) {
    signal.throwIfAborted()
    const part = (share: number) => onProgress((index + share) / wanted.length)
    // What the background has not come to yet would be taken for damage.
    await ground.sealing.now(snapshot.id, signal).catch(() => undefined)
    const record = snapshotRecords.get(snapshot.id)
    if (!record) continue
    const check = await verifyOne(ground, record, known, { signal, onProgress: part })
    noteCheck(
      ground,
      check,
      record.layers.filter((id) => known.get(id)?.ok === false),
    )
    checks.push(check)
  }
  return checks
}

async function verifyOne(
  ground: SnapshotGround,
  record: SnapshotRecord,
  known: Map<LayerId, LayerCheck>,
  { signal, onProgress }: CheckWork,
): Promise<SnapshotCheck> {
  const problems: string[] = []
  let checkedBytes = 0
  for (const [index, id] of record.layers.entries()) {
    const check =
      known.get(id) ??
      (await verifyLayer(ground, id, {
        signal,
        onProgress: (share) => onProgress((index + share) / (record.layers.length + 1)),
      }))
    known.set(id, check)
    problems.push(...check.problems)
    checkedBytes += check.bytes
  }
  const state = await checkState(stateFolder(ground, record.snapshot.id), record.stateSums)
  problems.push(...state.problems)
  const { id, name } = record.snapshot
  return {
    id,
    name,
    ok: problems.length === 0,
    problems: problems.slice(0, mostProblems),
    checkedBytes: checkedBytes + state.bytes,
  }
}

async function verifyLayer({ layers }: SnapshotGround, id: LayerId, work: CheckWork): Promise<LayerCheck> {
  try {
    const check = await layers.verify(id, work)
    const isTold = check.ok || check.problems.length > 0
    return isTold ? check : { ...check, problems: ['One of its layers is not what was written.'] }
  } catch (error) {
    work.signal.throwIfAborted()
    return { ok: false, problems: [AppError.from(error).wire.message], bytes: 0 }
  }
}

function noteCheck(
  { context, snapshotRecords }: SnapshotGround,
  { id, ok, problems }: SnapshotCheck,
  damagedLayers: readonly LayerId[],
): void {
  const record = snapshotRecords.get(id)
  if (!record || record.making !== undefined) return
  const verifiedAt = context.now().toISOString()
  const found = ok
    ? { state: 'ready' as const, problem: null }
    : { state: 'damaged' as const, problem: problems[0] ?? null }
  const { damagedLayers: _before, ...rest } = record
  const damage = damagedLayers.length > 0 ? { damagedLayers: [...damagedLayers] } : {}
  snapshotRecords.put({ ...rest, ...damage, snapshot: { ...record.snapshot, ...found, verifiedAt } })
}
