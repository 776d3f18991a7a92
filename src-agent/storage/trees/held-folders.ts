import { closeSync, constants, openSync, readlinkSync } from 'node:fs'
import { parentOf } from '../../base/relative-path.ts'

/** Names a file without opening it: no FIFO blocks, no device is touched. Not among Node's constants. */
export const O_PATH = 0o10000000
/** By number and not by `self`, which is one more link to resolve: half the time of opening a file. */
const descriptors = `/proc/${readlinkSync('/proc/self')}/fd`
/** Of one layer; a tree may have hundreds of layers. */
const mostHeld = 8

/**
 * Folders of a layer by descriptors that are held, opened component by component without following a link. A guest that
 * swaps a folder with a link, or moves it away, leads nowhere else: what is held stays the folder that it was.
 */
export interface HeldFolders {
  /** Gives `work` a place that stands for the folder as long as it runs. Null where there is no such folder. */
  within<T>(path: string, work: (place: string) => T): T | null
  withinAsync<T>(path: string, work: (place: string) => Promise<T>): Promise<T | null>
  close(): void
}

interface Held {
  readonly descriptor: number
  users: number
}

/** `root` is a path of the host's own, which a guest has no hand in. */
export function holdFolders(root: string): HeldFolders {
  const top: Held = { descriptor: openSync(root, constants.O_DIRECTORY | O_PATH), users: 0 }
  const held = createHeldCache(top)
  let isClosed = false

  const hold = (path: string): Held | null => {
    if (isClosed) throw new Error('The tree is closed.')
    let { path: at, held: folder } = held.nearest(path)
    if (at !== '') held.keep(at, folder)
    while (at.length < path.length) {
      const end = path.indexOf('/', at === '' ? 0 : at.length + 1)
      const next = end < 0 ? path : path.slice(0, end)
      const name = next.slice(at === '' ? 0 : at.length + 1)
      const descriptor = openFolder(placeIn(placeOf(folder), name))
      if (descriptor === null) return null
      folder = { descriptor, users: 0 }
      at = next
      held.keep(at, folder)
    }
    return folder
  }
  const release = (folder: Held): void => {
    folder.users -= 1
    if (isClosed && folder.users === 0) closeSync(folder.descriptor)
  }
  return {
    within(path, work) {
      const folder = hold(path)
      return folder && work(placeOf(folder))
    },
    async withinAsync(path, work) {
      const folder = hold(path)
      if (folder === null) return null
      folder.users += 1
      try {
        return await work(placeOf(folder))
      } finally {
        release(folder)
      }
    },
    close() {
      if (isClosed) return
      isClosed = true
      held.closeUnused()
    },
  }
}

/** The folders below `top` that are held. Of too many, those that are not in use are closed, the least recently used first. */
function createHeldCache(top: Held) {
  /** In the order of their last use. */
  const held = new Map<string, Held>()
  return {
    /** The held folder that is the path or the closest above it. */
    nearest(path: string): { readonly path: string; readonly held: Held } {
      for (let at = path; at !== ''; at = parentOf(at)) {
        const known = held.get(at)
        if (known) return { path: at, held: known }
      }
      return { path: '', held: top }
    },
    keep(path: string, folder: Held): void {
      held.delete(path)
      held.set(path, folder)
      for (const [old, { descriptor, users }] of held) {
        if (held.size <= mostHeld) return
        if (users > 0 || old === path) continue
        held.delete(old)
        closeSync(descriptor)
      }
    },
    /** Forgets all; those that are in use are closed by who releases them. */
    closeUnused(): void {
      for (const { descriptor, users } of [top, ...held.values()]) if (users === 0) closeSync(descriptor)
      held.clear()
    },
  }
}

/** A name in a held folder, as bytes: it need not be UTF-8. */
export function placeIn(place: string, name: string): Buffer {
  return Buffer.from(`${place}/${name}`, 'latin1')
}

function placeOf({ descriptor }: Held): string {
  return heldPlace(descriptor)
}

/** What an open descriptor stands for, to look into it or to open it again. */
export function heldPlace(descriptor: number): string {
  return `${descriptors}/${descriptor}`
}

function openFolder(place: Buffer): number | null {
  return orAbsent(() => openSync(place, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW))
}

const absent: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EINVAL', 'ENAMETOOLONG', 'ELOOP'])

/** Null for what is not there, or not what it was a moment ago. */
export function orAbsent<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
}

export function isAbsent(error: unknown): boolean {
  return absent.has((error as NodeJS.ErrnoException).code)
}
