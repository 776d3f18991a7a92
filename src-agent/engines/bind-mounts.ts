import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type AppError, appError } from '#contract/app-error'
import { findResource } from '../base/process/resources.ts'
import { scriptCommand } from '../base/process/scripts.ts'
import type { HeldSource, LaunchPlan, PlacedMount, ProcessPlan } from './driver.ts'
import { groupMap, guestMap, userMap } from './user-ids.ts'

/** A tree of this machine to be seen at another place, in a mount namespace that only one sandbox has. */
export interface Bind {
  readonly source: string
  readonly place: string
  readonly readOnly: boolean
  /** The agent's descriptor of what the source must be; null where the source is Joey's own. */
  readonly held: string | null
  readonly isFolder: boolean
  /** How its users and groups are seen there; left out: as they are. Takes joey-outside. */
  readonly ids?: IdMaps
}

/** As `userMap` and `groupMap` have them. */
export interface IdMaps {
  readonly users: string
  readonly groups: string
}

/** Exit code of `bind-mounts.sh` where a source is not what was checked. */
export const movedCode = 93
/** Exit code of joey-outside where the file system of a source cannot map ids. */
export const notMappableCode = 94

/** joey-outside; null where there is none for this processor. */
export const outsideProgram = () => findResource(`outside/${process.arch}/joey-outside`)

/**
 * A command line that binds where it is run, and then becomes the command that is to follow it. Without the program, where there is
 * none for this processor, names are bound and compared, which has to be tried again where somebody keeps on replacing one.
 */
export function bindCommand(binds: readonly Bind[], program = outsideProgram()): string[] {
  if (program !== null) {
    const trees = binds.map(({ source, place, readOnly, held, ids }) => [
      ...[source, place, readOnly ? 'ro' : 'rw', held ?? '-'],
      ...(ids === undefined ? ['-', '-'] : [ids.users, ids.groups]),
    ])
    return [program, 'bind', ...trees.flat(), '--']
  }
  const words = binds.flatMap(({ source, place, readOnly, held }) => [
    source,
    place,
    `bind,nosuid,nodev${readOnly ? ',ro' : ''}`,
    held ?? '-',
  ])
  return [...scriptCommand('bind-mounts'), String(binds.length), ...words]
}

/** The binds of mounts whose sources are held, seen as by a sandbox that has ids of its own where it has. */
export function bindsOfMounts({ mounts, users, process }: Pick<LaunchPlan, 'mounts' | 'users' | 'process'>): Bind[] {
  return mounts.flatMap((mount) => {
    const { source, place, readOnly, held } = mount
    if (held === null) return []
    const bind = { source, place, readOnly, held: held.path, isFolder: held.isFolder }
    return users === null ? [bind] : [{ ...bind, ids: mapsOfMount({ ...mount, held }, process, users.first) }]
  })
}

/** How the users of what is mounted are seen by a sandbox. */
export function mapsOfMount(
  { held, isVolume }: Pick<PlacedMount, 'isVolume'> & { readonly held: Pick<HeldSource, 'uid' | 'gid'> },
  process: Pick<ProcessPlan, 'uid' | 'gid'>,
  first: number,
): IdMaps {
  if (isVolume) return { users: guestMap(first), groups: guestMap(first) }
  return { users: userMap(held.uid, process.uid, first), groups: groupMap(held.gid, process.gid, first) }
}

/** A read-only bind of a file of Joey's own. */
export function ownBind(source: string, place: string): Bind {
  return { source, place, readOnly: true, held: null, isFolder: false }
}

/** A file where a file is to be seen, a folder where a folder is. */
export function makePlaces(binds: readonly Bind[]): void {
  for (const { place, isFolder } of binds) {
    mkdirSync(isFolder ? place : dirname(place), { recursive: true, mode: 0o700 })
    if (!isFolder) writeFileSync(place, '', { mode: 0o600 })
  }
}

/** The failure of `bind-mounts.sh` in a program's words; null where it is none. */
export function findMovedSource(words: string): AppError | null {
  const source = /^joey-source-moved:(.*)$/m.exec(words)?.[1]
  return source === undefined ? null : sourceMoved(source)
}

/** The failure of joey-outside where a file system cannot map ids; null where it is none. */
export function findUnmappable(words: string): AppError | null {
  const source = /^joey-not-mappable:(.*)$/m.exec(words)?.[1]
  return source === undefined ? null : notMappable(source)
}

/** The file system of a source cannot map ids. */
export function notMappable(source: string): AppError {
  return appError('ids-not-mappable', { path: source })
}

/** The mount's source is no longer what was checked. */
export function sourceMoved(source: string): AppError {
  return appError('mount-source-moved', { source, path: source })
}
