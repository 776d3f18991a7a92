import type { Mount, SandboxSpec, VolumeMount } from '#contract/sandbox'
import { GuestPath, pathOfTmpfs } from '#contract/sandbox'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import type { LayerStore } from '../storage/layers/layer-store.ts'
import type { LayerSource } from '../storage/layers/tree-view.ts'
import type { VolumeStore } from '../storage/volumes/volume-store.ts'
import { isWithin } from './host-paths.ts'
import { guestFolders, plainTarget } from './mount-places.ts'

export type NamedVolume = VolumeMount & { readonly volume: string }

/** Those of a sandbox on record, all of which have names. */
export function volumesOf({ volumes }: Pick<SandboxSpec, 'volumes'>): NamedVolume[] {
  return volumes.filter((each): each is NamedVolume => each.volume !== null)
}

/** Names of the sandboxes that use a volume, also of those whose record cannot be read now. */
export function volumeUsers(records: Pick<SandboxRecords, 'all' | 'unreadable'>, name: string): string[] {
  const users = records
    .all()
    .filter(({ sandbox: { spec, pending } }) =>
      [...spec.volumes, ...(pending?.spec.volumes ?? [])].some(({ volume }) => volume === name),
    )
  const word = `"volume":${JSON.stringify(name)}`
  const unread = records.unreadable().filter(({ text }) => text.includes(word))
  return [...users.map(({ sandbox }) => sandbox.name), ...unread.map(({ id }) => id)]
}

/** The paths that an image declares as volumes, but where something else was asked for and where nothing can be mounted. */
export function withImageVolumes(spec: SandboxSpec, declared: readonly string[]): SandboxSpec {
  const taken = [...spec.mounts, ...spec.volumes].map(({ target }) => plainTarget(target))
  const places = new Set([...taken, ...spec.tmpfs.map((text) => plainTarget(pathOfTmpfs(text)))])
  const added = declared.flatMap((path): VolumeMount[] => {
    const target = GuestPath.safeParse(path).data
    const place = target === undefined ? '/' : plainTarget(target)
    if (place === '/' || places.has(place) || guestFolders.some((folder) => isWithin(place, folder))) return []
    places.add(place)
    return [{ volume: null, target: place, readOnly: false }]
  })
  return { ...spec, volumes: [...spec.volumes, ...added] }
}

export interface TakenVolumes {
  readonly record: SandboxRecord
  /** That were not there before. */
  readonly made: readonly string[]
}

/**
 * Makes the volumes of a sandbox that are not there, and names those that are its own. To be called right before the sandbox
 * is put on record: until then nobody is known to use them.
 */
export function takeVolumes(volumes: Pick<VolumeStore, 'create' | 'has'>, record: SandboxRecord): TakenVolumes {
  const { sandbox } = record
  const made: string[] = []
  const named = sandbox.spec.volumes.map(({ own: _, ...mount }): VolumeMount => {
    if (mount.volume !== null) {
      if (!volumes.has(mount.volume)) made.push(volumes.create({ name: mount.volume }).name)
      return mount
    }
    const { name } = volumes.create({})
    made.push(name)
    return { ...mount, volume: name, own: true }
  })
  return { record: { ...record, sandbox: { ...sandbox, spec: { ...sandbox.spec, volumes: named } } }, made }
}

/**
 * The same for volumes that a sandbox gets later: those that it has stay what they are, its own too. What is its own the agent
 * says, whatever the request does.
 */
export function takeMoreVolumes(
  volumes: Pick<VolumeStore, 'create' | 'has'>,
  before: readonly VolumeMount[],
  after: readonly VolumeMount[],
): VolumeMount[] {
  const own = new Set(before.flatMap((each) => (each.own === true ? [each.volume] : [])))
  return after.map(({ own: _, ...mount }): VolumeMount => {
    if (mount.volume === null) return { ...mount, volume: volumes.create({}).name, own: true }
    if (own.has(mount.volume)) return { ...mount, own: true }
    if (!volumes.has(mount.volume)) volumes.create({ name: mount.volume })
    return mount
  })
}

interface FillDeps {
  readonly volumes: Pick<VolumeStore, 'fill'>
  readonly layers: Pick<LayerStore, 'ensureTree'>
}

/** Before the first start of a sandbox: what its image has at their places goes into those of its volumes that are empty. */
export async function fillVolumes(
  { volumes, layers }: FillDeps,
  record: SandboxRecord,
  imageTrees: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { startedAt, spec } = record.sandbox
  const wanted = volumesOf(spec).filter(({ copy }) => copy !== false)
  if (startedAt !== null || wanted.length === 0) return
  const trees: string[] = []
  for (const id of record.layers) trees.push(await layers.ensureTree(id, signal))
  const sources = [...trees, ...imageTrees].map((path): LayerSource => ({ kind: 'folder', path }))
  for (const { volume, target } of wanted) await volumes.fill(volume, { sources, target, signal })
}

/** Volumes as mounts of their folders. Nothing of them is a path that a person named. */
export function mountsOfVolumes(volumes: Pick<VolumeStore, 'folderOf'>, spec: Pick<SandboxSpec, 'volumes'>): Mount[] {
  return volumesOf(spec).map(({ volume, target, readOnly }) => ({
    kind: 'bind',
    source: volumes.folderOf(volume),
    target,
    readOnly,
  }))
}
