import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type AppError, appError } from '#contract/app-error'
import { findResource } from '../base/process/resources.ts'
import { scriptCommand } from '../base/process/scripts.ts'
import type { PlacedMount } from './driver.ts'

/** A tree of this machine to be seen at another place, in a mount namespace that only one sandbox has. */
export interface Bind {
  readonly source: string
  readonly place: string
  readonly readOnly: boolean
  /** The agent's descriptor of what the source must be; null where the source is Joey's own. */
  readonly held: string | null
  readonly isFolder: boolean
}

/** Exit code of `bind-mounts.sh` where a source is not what was checked. */
export const movedCode = 93

const ownProgram = () => findResource(`outside/${process.arch}/joey-outside`)

/**
 * A command line that binds where it is run, and then becomes the command that is to follow it. Without the program, where there is
 * none for this processor, names are bound and compared, which has to be tried again where somebody keeps on replacing one.
 */
export function bindCommand(binds: readonly Bind[], program = ownProgram()): string[] {
  if (program !== null) {
    const trees = binds.map(({ source, place, readOnly, held }) => [source, place, readOnly ? 'ro' : 'rw', held ?? '-'])
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

/** The binds of mounts whose sources are held. */
export function bindsOfMounts(mounts: readonly PlacedMount[]): Bind[] {
  return mounts.flatMap(({ source, place, readOnly, held }) =>
    held === null ? [] : [{ source, place, readOnly, held: held.path, isFolder: held.isFolder }],
  )
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

/** The mount's source is no longer what was checked. */
export function sourceMoved(source: string): AppError {
  return appError('mount-source-moved', { source, path: source })
}
