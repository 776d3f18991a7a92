import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { appError } from '#contract/app-error'
import { type Sentence, sentence } from '#contract/sentence'
import type { Snapshot } from '#contract/snapshot'
import { type Driver, type LaunchPlan, type LiveSaving, liveSaving } from '../engines/driver.ts'
import { driverOf } from '../sandboxes/find-driver.ts'
import { type LaunchPlanDeps, planOfRun } from '../sandboxes/launch-plan.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { withSandbox } from '../state/records/sandbox-records.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import { type SettleChangingDeps, settleChanging } from './settle-changing.ts'
import { stateFolder } from './state-folder.ts'
import type { TakeWork } from './take-work.ts'

interface Deps extends SettleChangingDeps, LaunchPlanDeps {
  /** For tests: called between any two steps. */
  readonly step: (name: string) => Promise<void>
  /** Saved memories that were found whole, by id of their snapshot: what their files looked like then. */
  readonly wholeStates: Map<string, string>
}

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

export async function savingOf(
  deps: Pick<
    Deps,
    | 'records'
    | 'folder'
    | 'images'
    | 'imageMounts'
    | 'layers'
    | 'network'
    | 'networkRecords'
    | 'drivers'
    | 'signal'
    | 'volumes'
  >,
  record: SandboxRecord,
  signal: AbortSignal,
): Promise<Saving> {
  const known = driverOf(deps, record.sandbox.class)
  const driver = liveSaving(known)
  const params = { name: record.sandbox.name, class: known.class }
  if (!driver) throw appError('live-not-in-class', { ...params, doing: 'save' })
  const plan = await planOfRun(deps, record, signal)
  const refusal = driver.refusesSave(plan)
  if (refusal !== null) throw appError('live-not-possible', { ...params, why: refusal })
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
export async function saveMemory(deps: Deps, { record, snapshot, saving, work }: LiveWork): Promise<SavedMemory> {
  const { driver, plan } = saving
  const folder = stateFolder(deps, snapshot.snapshot.id)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const disk = await beginDiskCopy(deps, record, snapshot, work)
  deps.records.put(withSandbox(record, { state: 'changing' }))
  try {
    await deps.step('saving')
    const signal = AbortSignal.any([work.signal, deps.signal])
    const atRest = async (): Promise<void> => {
      await deps.step('resting')
      await disk.atRest()
    }
    const saved = await driver.saveState(plan, folder, { atRest, goOn: true, signal })
    const now = deps.records.get(record.sandbox.id) ?? record
    const { pid, monitorPid } = saved.running
    if (monitorPid !== record.monitorPid) deps.openHandles.begin(record.sandbox.id)
    deps.records.put({ ...withSandbox(now, { state: 'running', pid }), monitorPid })
    await deps.step('saved')
    const { stateSums, bytes } = await sumState(folder)
    const live = { bytes, engine: driver.name, unusable: null }
    return { live, pauseMs: saved.pauseMs, stateKey: driver.stateKey, stateSums }
  } catch (error) {
    await disk.giveUp(error)
    await settleChanging(deps, record.sandbox.id, 'paused')
    throw error
  }
}

interface DiskCopy {
  /** Copies what has changed since; once the sandbox is paused. */
  atRest(): Promise<void>
  giveUp(error: unknown): Promise<void>
}

/** A folder is copied while the sandbox still runs, so that little is left for the moment at which it is paused. */
async function beginDiskCopy(
  deps: Pick<Deps, 'folder' | 'layers' | 'drivers'>,
  record: SandboxRecord,
  { making }: SnapshotRecord,
  { signal, onProgress }: TakeWork,
): Promise<DiskCopy> {
  const { upper, disk } = deps.folder.sandbox(record.sandbox.id)
  const layer = making?.layer ?? null
  if (layer === null) return { atRest: async () => undefined, giveUp: async () => undefined }
  const work = { signal, ...(onProgress && { onProgress }) }
  if (driverOf(deps, record.sandbox.class).disk === 'image') {
    return { atRest: () => deps.layers.copyDisk(layer, disk, work), giveUp: async () => undefined }
  }
  const firstPass = Promise.withResolvers<void>()
  const rest = Promise.withResolvers<void>()
  const copy = deps.layers.copyFolder(
    layer,
    upper,
    async (finish) => {
      firstPass.resolve()
      await rest.promise
      await finish()
    },
    work,
  )
  // Whoever waits for it gets the failure; until then a failure is nobody's.
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
  deps: Pick<Deps, 'folder' | 'wholeStates'>,
  { snapshot, stateSums }: SnapshotRecord,
): Promise<void> {
  const folder = stateFolder(deps, snapshot.id)
  const names = Object.keys(stateSums)
  const describeAll = async () =>
    JSON.stringify(await Promise.all(names.map((name) => describeFile(join(folder, name)))))
  const before = await describeAll()
  if (deps.wholeStates.get(snapshot.id) === before) return
  const { problems } = await checkState(folder, stateSums)
  if (problems.length === 0 && names.length > 0) return void deps.wholeStates.set(snapshot.id, before)
  const why = problems[0] ?? sentence('state-empty')
  throw appError('damaged-state', { name: snapshot.name, why })
}

async function describeFile(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null)
  return found ? `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}` : 'gone'
}

/** Sentences for what is not as it was saved; empty where all is. */
export async function checkState(
  folder: string,
  sums: Readonly<Record<string, string>>,
): Promise<{ readonly problems: Sentence[]; readonly bytes: number }> {
  const problems: Sentence[] = []
  let bytes = 0
  for (const [name, sum] of Object.entries(sums)) {
    const path = join(folder, name)
    const found = await hashFile(path).catch(() => null)
    if (found === null) problems.push(sentence('state-file-missing', { file: name }))
    else if (found !== sum) problems.push(sentence('state-file-changed', { file: name }))
    bytes += await stat(path).then(
      ({ size }) => size,
      () => 0,
    )
  }
  return { problems, bytes }
}
