import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { appError } from '#contract/app-error'
import type { Snapshot } from '#contract/snapshot'
import { type Driver, type LaunchPlan, type LiveSaving, liveSaving } from '../engines/driver.ts'
import { driverOf, withSandbox } from '../sandboxes/context.ts'
import { planOfRun } from '../sandboxes/launch-plan.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { settleChanging } from './settle-changing.ts'
import { type SnapshotGround, stateFolder } from './snapshot-ground.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import type { TakeWork } from './take-work.ts'

/** An engine that can save the memory of this very sandbox, and what it needs to know for it. */
export interface Saving {
  readonly driver: Driver & LiveSaving
  readonly plan: LaunchPlan
}

export interface SavedMemory {
  readonly live: NonNullable<Snapshot['live']>
  readonly pauseMs: number
  readonly stateKey: string
  readonly stateSums: Record<string, string>
}

/** Why a class cannot keep memory, for those that have no engine which does. */
export function whyNotLive(driver: Driver): string {
  if (driver.class === 'container') {
    return 'Memory and processes of a container cannot be kept: that needs CRIU, which does not work on this machine. Take a snapshot of the disk, or change the class to "gvisor" or "microvm" first.'
  }
  return `Memory and processes cannot be kept in the class "${driver.class}" on this machine. Take a snapshot of the disk.`
}

export async function savingOf(ground: SnapshotGround, record: SandboxRecord, signal: AbortSignal): Promise<Saving> {
  const known = driverOf(ground.context, record.sandbox.class)
  const driver = liveSaving(known)
  const params = { name: record.sandbox.name, class: known.class }
  if (!driver) throw appError('unavailable', 'live-not-in-class', whyNotLive(known), { params })
  const plan = await planOfRun(ground.context, record, signal)
  const refusal = driver.refusesSave(plan)
  if (refusal !== null) throw appError('conflict', 'live-not-possible', refusal, { params })
  return { driver, plan }
}

interface LiveWork {
  readonly record: SandboxRecord
  readonly snapshot: SnapshotRecord
  readonly saving: Saving
  readonly work: TakeWork
}

/**
 * Saves memory, processes and the disk of the same moment. Meanwhile the sandbox is `changing`, so that nobody takes the end
 * of the engine's old process for that of the run.
 */
export async function saveMemory(
  ground: SnapshotGround,
  { record, snapshot, saving, work }: LiveWork,
): Promise<SavedMemory> {
  const { context } = ground
  const { driver, plan } = saving
  const folder = stateFolder(ground, snapshot.snapshot.id)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const disk = await beginDiskCopy(ground, record, snapshot, work)
  context.records.put(withSandbox(record, { state: 'changing' }))
  try {
    await ground.step('saving')
    const signal = AbortSignal.any([work.signal, context.signal])
    const atRest = async (): Promise<void> => {
      await ground.step('resting')
      await disk.atRest()
    }
    const saved = await driver.saveState(plan, folder, { atRest, goOn: true, signal })
    const now = context.records.get(record.sandbox.id) ?? record
    const { pid, monitorPid } = saved.running
    if (monitorPid !== record.monitorPid) context.live.begin(record.sandbox.id)
    context.records.put({ ...withSandbox(now, { state: 'running', pid }), monitorPid })
    await ground.step('saved')
    const { stateSums, bytes } = await sumState(folder)
    const live = { bytes, engine: driver.name, unusable: null }
    return { live, pauseMs: saved.pauseMs, stateKey: driver.stateKey, stateSums }
  } catch (error) {
    await disk.giveUp(error)
    await settleChanging(ground, record.sandbox.id, 'paused')
    throw error
  }
}

interface DiskCopy {
  /** Copies what has changed since; once the sandbox stands still. */
  atRest(): Promise<void>
  giveUp(error: unknown): Promise<void>
}

/** A folder is copied while the sandbox still runs, so that little is left for the moment at which it stands still. */
async function beginDiskCopy(
  { context, layers }: SnapshotGround,
  record: SandboxRecord,
  { making }: SnapshotRecord,
  { signal, onProgress }: TakeWork,
): Promise<DiskCopy> {
  const { upper, disk } = context.folder.sandbox(record.sandbox.id)
  const layer = making?.layer ?? null
  if (layer === null) return { atRest: async () => undefined, giveUp: async () => undefined }
  const work = { signal, ...(onProgress && { onProgress }) }
  if (driverOf(context, record.sandbox.class).disk === 'image') {
    return { atRest: () => layers.copyDisk(layer, disk, work), giveUp: async () => undefined }
  }
  const firstPass = Promise.withResolvers<void>()
  const rest = Promise.withResolvers<void>()
  const copy = layers.copyFolder(
    layer,
    upper,
    async (finish) => {
      firstPass.resolve()
      await rest.promise
      await finish()
    },
    work,
  )
  // Whoever waits for it is told; until then a failure is nobody's.
  copy.catch(() => undefined)
  rest.promise.catch(() => undefined)
  await Promise.race([firstPass.promise, copy])
  return {
    async atRest() {
      rest.resolve()
      await copy
    },
    async giveUp(error) {
      rest.reject(error)
      await copy.catch(() => undefined)
    },
  }
}

/** Checksum and size of each file, which is on the medium afterwards. */
async function sumState(folder: string): Promise<{ stateSums: Record<string, string>; bytes: number }> {
  const stateSums: Record<string, string> = {}
  let bytes = 0
  for (const name of await listState(folder)) {
    const path = join(folder, name)
    stateSums[name] = await hashFile(path)
    bytes += (await stat(path)).blocks * 512
    await syncFile(path)
  }
  return { stateSums, bytes }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

async function listState(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort()
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/**
 * Refuses a saved memory that is not what was written. One that was read before and whose files were not touched since is
 * not read again: forks would spend most of their time on it.
 */
export async function requireWholeState(
  ground: SnapshotGround,
  { snapshot, stateSums }: SnapshotRecord,
): Promise<void> {
  const folder = stateFolder(ground, snapshot.id)
  const names = Object.keys(stateSums)
  const look = async () => JSON.stringify(await Promise.all(names.map((name) => lookAt(join(folder, name)))))
  const before = await look()
  if (ground.wholeStates.get(snapshot.id) === before) return
  const { problems } = await checkState(folder, stateSums)
  if (problems.length === 0 && names.length > 0) return void ground.wholeStates.set(snapshot.id, before)
  const why = problems[0] ?? 'Nothing of it is there.'
  const message = `The memory of the snapshot "${snapshot.name}" is damaged, so nothing is started from it. ${why} Its disk can still be restored.`
  throw appError('conflict', 'damaged-state', message, { params: { name: snapshot.name } })
}

async function lookAt(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null)
  return found ? `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}` : 'gone'
}

/** Sentences for what is not as it was saved; empty where all is. */
export async function checkState(
  folder: string,
  sums: Readonly<Record<string, string>>,
): Promise<{ readonly problems: string[]; readonly bytes: number }> {
  const problems: string[] = []
  let bytes = 0
  for (const [name, sum] of Object.entries(sums)) {
    const path = join(folder, name)
    const found = await hashFile(path).catch(() => null)
    if (found === null) problems.push(`The file "${name}" of the saved memory is missing.`)
    else if (found !== sum) problems.push(`The file "${name}" of the saved memory is not what was written.`)
    bytes += await stat(path).then(
      ({ size }) => size,
      () => 0,
    )
  }
  return { problems, bytes }
}
