import { AppError } from '#contract/app-error'
import { namedLayers } from '../sandboxes/layer-references.ts'
import { clearStaleDisk } from '../sandboxes/runs.ts'
import { resumeRestore } from './restore-steps.ts'
import { settleChanging } from './settle-changing.ts'
import type { SnapshotGround } from './snapshot-ground.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import { takeBackSnapshot } from './take-steps.ts'

/**
 * Finishes or takes back what an agent before this one has left half done, and gives a sentence for each. Takes the locks of all
 * sandboxes concerned before it first waits for anything: whoever comes later finds them as they should be.
 */
export function resumeWork(ground: SnapshotGround): Promise<string[]> {
  const { context, snapshotRecords } = ground
  const halfMade = snapshotRecords.all().filter(({ making }) => making !== undefined)
  const ids = new Set([
    ...halfMade.map(({ snapshot }) => snapshot.sandboxId),
    ...context.records.all().flatMap(({ sandbox, staleDisk, restore, change }) => {
      const isBetween = sandbox.state === 'changing' && change === null
      return staleDisk || restore !== null || isBetween ? [sandbox.id] : []
    }),
  ])
  const works = [...ids].map((id) =>
    context.lock
      .run(id, () => resumeOne(ground, id))
      .catch((err: unknown) => {
        context.log.error({ err, id }, 'what was left half done with a snapshot could not be finished')
        const name = context.records.get(id)?.sandbox.name ?? id
        return [`What was begun with a snapshot of "${name}" could not be finished: ${AppError.from(err).wire.message}`]
      }),
  )
  return Promise.all(works).then(async (told) => {
    const removed = await context.layers.sweep(namedLayers(context))
    const swept = removed > 0 ? [`Leftovers of ${removed} unfinished layers were removed.`] : []
    return [...told.flat(), ...swept]
  })
}

async function resumeOne(ground: SnapshotGround, id: string): Promise<string[]> {
  const { context, snapshotRecords } = ground
  const told: string[] = []
  const mine = snapshotRecords.all().filter(({ snapshot, making }) => snapshot.sandboxId === id && making !== undefined)
  // First the sandbox: what stands still for a snapshot that will never be goes on.
  for (const each of mine) told.push(...(await letGoOn(ground, each)))
  for (const { snapshot } of mine) {
    const outcome = await takeBackSnapshot(ground, snapshot.id)
    told.push(
      outcome === 'kept'
        ? `The snapshot "${snapshot.name}" of "${snapshot.sandboxName}" was finished.`
        : `The snapshot "${snapshot.name}" of "${snapshot.sandboxName}" was being made when the agent died. It was taken back; make it again.`,
    )
  }
  const record = context.records.get(id)
  if (!record) return told
  if (record.restore) return [...told, await resumeRestore(ground, record)]
  await clearStaleDisk(context, record)
  return told
}

/** One that stood still when the agent died. */
async function letGoOn(ground: SnapshotGround, { snapshot, making }: SnapshotRecord): Promise<string[]> {
  const { context } = ground
  const record = context.records.get(snapshot.sandboxId)
  const driver = record && context.drivers.get(record.sandbox.class)
  if (!record || !driver || making?.ran !== true) return []
  const { id, name, state, pid } = record.sandbox
  if (state === 'changing' && record.change === null && record.restore === null) {
    const outcome = await settleChanging(ground, id, 'paused')
    return outcome === 'runs'
      ? []
      : [`"${name}" ended while its memory was being saved. Its disk is whole; start it again.`]
  }
  if (state !== 'paused' || pid === null) return []
  await driver.resume(id)
  context.records.put({ ...record, sandbox: { ...record.sandbox, state: 'running' } })
  return []
}
