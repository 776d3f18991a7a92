import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type { Logger } from 'pino'
import { appError } from '#contract/app-error'
import { type Sentence, sentence } from '#contract/sentence'
import type { Volume } from '#contract/volume'
import { createKeyedLock } from '../../base/async/locks.ts'
import { confine } from '../../base/process/confine.ts'
import { removeFolder } from '../../base/process/remove-folder.ts'
import { idsIn } from '../../state/quarantine.ts'
import type { VolumeRecord, VolumeRecords } from '../../state/records/volume-records.ts'
import { exists, removeTree } from '../layers/layer-places.ts'
import { type FillDeps, type FillRequest, fillVolume, finishFilling } from './fill-volume.ts'
import { finishReplacing, type ReplaceRequest, replaceContent } from './replace-content.ts'
import { type VolumePlaces, volumePlaces } from './volume-places.ts'

interface Deps extends FillDeps {
  /** Of all volumes. */
  readonly folder: string
  readonly records: VolumeRecords
  /** Names of the sandboxes that use it, whether they run or not. */
  readonly usersOf: (name: string) => readonly string[]
  readonly now: () => Date
  readonly log: Logger
}

/** Folders with names that outlive sandboxes. What is in them has been written by guests. */
export interface VolumeStore {
  list(): readonly Volume[]
  /** Rejects with notFound. */
  find(name: string): Volume
  has(name: string): boolean
  /** On record and on disk when this returns. */
  create(request: { readonly name?: string; readonly labels?: Volume['labels'] }): Volume
  /** What sandboxes see. */
  folderOf(name: string): string
  /** See {@link fillVolume}. Without effect where the volume holds anything. */
  fill(name: string, request: FillRequest): Promise<void>
  /** See {@link replaceContent}. Refuses one that is used. */
  replace(name: string, request: ReplaceRequest): Promise<void>
  usersOf(name: string): readonly string[]
  /** Bytes on disk. */
  measure(name: string, signal: AbortSignal): Promise<number>
  /** Refuses one that is used. It is gone for everybody at once; resolves when nothing of it is left on disk. */
  remove(name: string): Promise<void>
  /** Those of them that nobody uses. What fails is logged: the next agent's start removes what is left. */
  removeUnused(names: readonly string[]): Promise<void>
  /** At the agent's start: finishes what was half done, and removes what no record names. */
  reconcile(): Promise<Sentence[]>
}

const measureMs = 120_000
const nameOfOwn = /^[a-f0-9]{64}$/

/** Refuses a name of the kind that volumes of one sandbox get, for one that is to be made. */
export function requireOpenName(name: string): void {
  if (nameOfOwn.test(name)) throw appError('volume-name-reserved', { name })
}

export function createVolumeStore(deps: Deps): VolumeStore {
  const { records, run, log, usersOf } = deps
  const lock = createKeyedLock()
  const find = (name: string): VolumeRecord => {
    const record = records.get(name)
    if (record) return record
    throw appError('volume-not-found', { name })
  }
  const placesOf = ({ id }: VolumeRecord): VolumePlaces => volumePlaces(deps.folder, id)

  const remove = async (name: string): Promise<void> => {
    const record = find(name)
    const users = usersOf(name)
    if (users.length > 0) throw appError('volume-in-use', { name, users: users.join(' '), count: users.length })
    records.remove(name)
    await lock.run(record.id, () => removeData(deps, placesOf(record)))
  }

  return {
    list: () => records.all().map(({ volume }) => volume),
    find: (name) => find(name).volume,
    has: (name) => records.get(name) !== undefined,
    folderOf: (name) => placesOf(find(name)).data,
    create: (request) => createVolume(deps, request),
    usersOf,
    fill: (name, request) => {
      const record = find(name)
      return lock.run(record.id, () => fillVolume(deps, placesOf(record), request))
    },
    replace: (name, request) => {
      const record = find(name)
      const requireFree = (): void => {
        if (find(name).id !== record.id) throw appError('volume-not-found', { name })
        const users = usersOf(name)
        if (users.length > 0) throw appError('volume-import-in-use', { name, users: users.join(', ') })
      }
      return lock.run(record.id, () => replaceContent(name, { run, requireFree }, placesOf(record), request))
    },
    measure: (name, signal) => measure(deps, placesOf(find(name)), signal),
    remove,
    async removeUnused(names) {
      for (const name of names) {
        if (records.get(name) === undefined || usersOf(name).length > 0) continue
        await remove(name).catch((err: unknown) => log.error({ err, volume: name }, 'a volume could not be removed'))
      }
    },
    async reconcile() {
      const messages: Sentence[] = []
      for (const record of records.all()) {
        const places = placesOf(record)
        await finishReplacing(run, places)
        if (!(await exists(places.data))) messages.push(sentence('found-volume-gone', { name: record.volume.name }))
        makeFolders(places)
        await finishFilling(run, places)
      }
      await removeStrangers(deps)
      return messages
    },
  }
}

function createVolume(
  { records, folder, now }: Pick<Deps, 'records' | 'folder' | 'now'>,
  { name, labels = {} }: Parameters<VolumeStore['create']>[0],
): Volume {
  const known = name === undefined ? undefined : records.get(name)
  if (known) return known.volume
  const volume: Volume = {
    name: name ?? randomBytes(32).toString('hex'),
    anonymous: name === undefined,
    labels,
    createdAt: now().toISOString(),
  }
  const record = { volume, id: randomBytes(6).toString('hex') }
  records.put(record)
  try {
    makeFolders(volumePlaces(folder, record.id))
    return volume
  } catch (error) {
    records.remove(volume.name)
    throw error
  }
}

/** As a folder that an image lacks is made: root's, and open to all. Above it nobody passes but the agent. */
function makeFolders({ folder, data }: VolumePlaces): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  mkdirSync(data, { recursive: true, mode: 0o755 })
}

/** By a confined program, which sees nothing else and follows no link. */
async function measure({ run }: Pick<Deps, 'run'>, { data }: VolumePlaces, signal: AbortSignal): Promise<number> {
  const [program, args] = confine('du', ['--summarize', '--block-size=1', '--one-file-system', '--', '/volume'], {
    shown: [{ from: data, to: '/volume', writable: false }],
    capabilities: ['DAC_READ_SEARCH'],
  })
  // What vanishes while it counts is not counted.
  const { stdout } = await run(program, args, { signal, timeoutMs: measureMs, okExitCodes: [0, 1] })
  const bytes = Number.parseInt(stdout, 10)
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : 0
}

/** A guest that was granted LINUX_IMMUTABLE can leave what `rm` cannot remove. */
async function removeData({ run }: Pick<Deps, 'run'>, { folder }: VolumePlaces): Promise<void> {
  await removeTree(run, folder).catch(() => removeFolder(folder))
}

async function removeStrangers(deps: Pick<Deps, 'folder' | 'records' | 'run'>): Promise<void> {
  const { records, folder } = deps
  const known = new Set([...records.all().map(({ id }) => id), ...records.unreadable().flatMap(idsIn)])
  for (const id of await readdir(folder).catch(() => [])) {
    if (!known.has(id)) await removeData(deps, volumePlaces(folder, id))
  }
}
