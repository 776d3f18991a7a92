import { type Sentence, sentence } from '#contract/sentence'
import { explainFailure } from '../base/failures/machine-failure.ts'
import { clearStaleDisk } from '../sandboxes/cleanup.ts'
import { namedLayers } from '../sandboxes/layer-references.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import { type RestoreStepsDeps, resumeRestore } from './restore-steps.ts'
import { type SettleChangingDeps, settleChanging } from './settle-changing.ts'
import { takeBackSnapshot } from './take-steps.ts'

/**
 * Finishes or takes back what an agent before this one has left half done, and gives a sentence for each. Takes the locks of all
 * sandboxes concerned before it first waits for anything: whoever comes later finds them as they should be.
 */
export function resumeWork(deps: RestoreStepsDeps): Promise<Sentence[]> {
  const { snapshotRecords } = deps
  const halfMade = snapshotRecords.all().filter(({ making }) => making !== undefined)
  const ids = new Set([
    ...halfMade.map(({ snapshot }) => snapshot.sandboxId),
    ...deps.records.all().flatMap(({ sandbox, staleDisk, restore, change }) => {
      const isBetween = sandbox.state === 'changing' && change === null
      return staleDisk || restore !== null || isBetween ? [sandbox.id] : []
    }),
  ])
  const works = [...ids].map((id) =>
    deps.lock
      .run(id, () => resumeOne(deps, id))
      .catch((err: unknown) => {
        deps.log.error({ err, id }, 'what was left half done with a snapshot could not be finished')
        const name = deps.records.get(id)?.sandbox.name ?? id
        return [sentence('found-snapshot-work', { name, why: explainFailure(err).wire })]
      }),
  )
  return Promise.all(works).then(async (messages) => {
    // A record that cannot be read may be damaged in the very part that names its layers.
    if ([...deps.records.unreadable(), ...deps.snapshotRecords.unreadable()].length > 0) return messages.flat()
    const removed = await deps.layers.sweep(namedLayers(deps))
    const swept = removed > 0 ? [sentence('found-layers', { count: removed })] : []
    return [...messages.flat(), ...swept]
  })
}

async function resumeOne(deps: RestoreStepsDeps, id: string): Promise<Sentence[]> {
  const { snapshotRecords } = deps
  const messages: Sentence[] = []
  const mine = snapshotRecords.all().filter(({ snapshot, making }) => snapshot.sandboxId === id && making !== undefined)
  // First the sandbox: what is paused for a snapshot that will never be goes on.
  for (const each of mine) messages.push(...(await letGoOn(deps, each)))
  for (const { snapshot } of mine) {
    const outcome = await takeBackSnapshot(deps, snapshot.id)
    messages.push(
      sentence('found-snapshot', {
        snapshot: snapshot.name,
        name: snapshot.sandboxName,
        outcome: outcome === 'kept' ? 'kept' : 'takenBack',
      }),
    )
  }
  const record = deps.records.get(id)
  if (!record) return messages
  if (record.restore) return [...messages, await resumeRestore(deps, record)]
  await clearStaleDisk(deps, record)
  return messages
}

/** One that was paused when the agent died. */
async function letGoOn(deps: SettleChangingDeps, { snapshot, making }: SnapshotRecord): Promise<Sentence[]> {
  const record = deps.records.get(snapshot.sandboxId)
  const driver = record && deps.drivers.get(record.sandbox.class)
  if (!record || !driver || making?.ran !== true) return []
  const { id, name, state, pid } = record.sandbox
  if (state === 'changing' && record.change === null && record.restore === null) {
    const outcome = await settleChanging(deps, id, 'paused')
    return outcome === 'runs' ? [] : [sentence('found-ended-saving', { name })]
  }
  if (state !== 'paused' || pid === null) return []
  await driver.resume(id)
  deps.records.put({ ...record, sandbox: { ...record.sandbox, state: 'running' } })
  return []
}
