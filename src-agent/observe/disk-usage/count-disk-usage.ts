import type { DiskKind, DiskUsage } from '#contract/disk-usage'
import type { Sandbox } from '#contract/sandbox'
import type { StateSizes } from './measure-state.ts'

/** What is on record of what is kept. */
export interface Kept {
  readonly images: readonly {
    readonly parts: readonly { readonly digest: string; readonly bytes: number }[]
    /** A sandbox or a snapshot is of it, or it is built in. */
    readonly isUsed: boolean
  }[]
  readonly sandboxes: readonly (Pick<Sandbox, 'id' | 'state' | 'restartsAt'> & {
    readonly layers: readonly string[]
    readonly isBuilder: boolean
  })[]
  readonly snapshots: readonly { readonly layers: readonly string[]; readonly hasMemory: boolean }[]
  /** By the name of its folder. */
  readonly volumes: readonly { readonly id: string; readonly isUsed: boolean }[]
}

/** A piece of one kind. */
interface Piece {
  readonly bytes: number
  readonly users: number
  readonly isActive: boolean
}

/** Who keeps what of what was measured. */
export function countDiskUsage(sizes: StateSizes, kept: Kept): DiskUsage[] {
  const of = (path: string): number => sizes.get(path) ?? 0
  const plain = (kind: DiskKind, bytes: number, count = 0): DiskUsage => ({
    ...{ kind, count, active: 0, bytes, sharedBytes: 0, reclaimableBytes: 0 },
  })
  const builders = kept.sandboxes.filter(({ isBuilder }) => isBuilder)
  const others = kept.sandboxes.filter(({ isBuilder }) => !isBuilder)
  const memory = kept.snapshots.filter(({ hasMemory }) => hasMemory).length
  const logs = others.map(({ id, ...each }) => ({ ...each, bytes: logBytes(sizes, id) }))
  const logsOfAgent = of('logs')
  return [
    countImages(kept.images),
    plain('registry', of('images/blobs') + of('images/origins')),
    countLayers(sizes, kept),
    { ...plain('memory', of('snapshots'), memory), reclaimableBytes: of('snapshots') },
    sum(
      'sandboxes',
      others.map((each) => ({ ...pieceOf(each), bytes: of(`sandboxes/${each.id}`) - logBytes(sizes, each.id) })),
    ),
    sum(
      'volumes',
      kept.volumes.map(({ id, isUsed }) => ({ bytes: of(`volumes/${id}`), users: 1, isActive: isUsed })),
    ),
    withMore(
      sum(
        'logs',
        logs.map((each) => ({ ...pieceOf(each), bytes: each.bytes })),
      ),
      logsOfAgent,
    ),
    sum(
      'builds',
      builders.map((each) => ({ ...pieceOf(each), bytes: of(`sandboxes/${each.id}`) })),
    ),
    plain('templates', of('microvm')),
  ]
}

/** As `joey prune` sees it: what runs, will run again, or is being changed stays. */
function pieceOf({ state, restartsAt }: Pick<Sandbox, 'state' | 'restartsAt'>): Omit<Piece, 'bytes'> {
  return { users: 1, isActive: restartsAt !== null || (state !== 'stopped' && state !== 'created') }
}

function logBytes(sizes: StateSizes, id: string): number {
  return ['log', 'log.1', 'log.2', 'log.3'].reduce(
    (total, name) => total + (sizes.get(`sandboxes/${id}/${name}`) ?? 0),
    0,
  )
}

function sum(kind: DiskKind, pieces: readonly Piece[]): DiskUsage {
  const add = (some: readonly Piece[]): number => some.reduce((total, { bytes }) => total + bytes, 0)
  return {
    kind,
    count: pieces.length,
    active: pieces.filter(({ isActive }) => isActive).length,
    bytes: add(pieces),
    sharedBytes: add(pieces.filter(({ users }) => users > 1)),
    reclaimableBytes: add(pieces.filter(({ isActive }) => !isActive)),
  }
}

/** Of the agent itself, and needed. */
function withMore(usage: DiskUsage, bytes: number): DiskUsage {
  return { ...usage, bytes: usage.bytes + bytes }
}

/** By the parts that they are made of: one that a used image has is needed, and the hole that it begins with is nothing. */
function countImages(images: Kept['images']): DiskUsage {
  const parts = new Map<string, Piece>()
  for (const { parts: own, isUsed } of images) {
    for (const { digest, bytes } of own) {
      const { users, isActive } = parts.get(digest) ?? { users: 0, isActive: false }
      parts.set(digest, { bytes, users: users + 1, isActive: isActive || isUsed })
    }
  }
  const active = images.filter(({ isUsed }) => isUsed).length
  return { ...sum('images', [...parts.values()]), count: images.length, active }
}

/** One that a sandbox stands on is needed. What micro-VMs mount of them is made again, and counted with them. */
function countLayers(sizes: StateSizes, { sandboxes, snapshots }: Kept): DiskUsage {
  const layers = new Map<string, Piece>()
  const add = (ids: readonly string[], isActive: boolean): void => {
    for (const id of ids) {
      const known = layers.get(id) ?? { users: 0, isActive: false }
      const bytes = sizes.get(`layers/${id}`) ?? 0
      layers.set(id, { bytes, users: known.users + 1, isActive: known.isActive || isActive })
    }
  }
  for (const { layers: ids } of sandboxes) add(ids, true)
  for (const { layers: ids } of snapshots) add(ids, false)
  return withMore(sum('layers', [...layers.values()]), sizes.get('blocks') ?? 0)
}
