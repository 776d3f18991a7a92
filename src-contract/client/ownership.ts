import { lstatSync, readlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** A folder, file or link on the way to a path that somebody else than root can change, and so what the path leads to. */
export interface Changeable {
  readonly path: string
  /** The account that owns it. */
  readonly uid: number
  /** Others may change it: its mode lets its group or everybody write. */
  readonly byMode: boolean
}

const sticky = 0o1000
/** As many as the kernel follows. */
const mostLinks = 40

/**
 * Walks from the root to each path, through the links on the way, and lists what others than root (and `trusted`) could
 * change. Nothing listed means: only root decides what is found there. Throws where a path does not exist.
 */
export function whatOthersCanChange(
  paths: string | readonly string[],
  trusted: readonly number[] = [0],
): readonly Changeable[] {
  const walk: Walk = { found: new Map(), real: new Map(), trusted, links: 0 }
  for (const path of [paths].flat()) {
    walk.links = 0
    visit(resolve(path), walk)
  }
  return [...walk.found.values()]
}

interface Walk {
  readonly found: Map<string, Changeable>
  /** What was visited, and its path without links: many files share their folders. */
  readonly real: Map<string, string>
  readonly trusted: readonly number[]
  links: number
}

function visit(path: string, walk: Walk): string {
  const known = walk.real.get(path)
  if (known !== undefined) return known
  const real = visitNew(path, walk)
  walk.real.set(path, real)
  return real
}

/** Answers the path without links. */
function visitNew(path: string, walk: Walk): string {
  if (path === '/') return note(path, walk)
  const parent = visit(dirname(path), walk)
  const real = join(parent, path.slice(path.lastIndexOf('/') + 1))
  if (!lstatSync(real).isSymbolicLink()) return note(real, walk)
  walk.links += 1
  if (walk.links > mostLinks) throw new Error(`${path}: too many links.`)
  note(real, walk)
  return visit(resolve(parent, readlinkSync(real)), walk)
}

function note(path: string, { found, trusted }: Walk): string {
  const status = lstatSync(path)
  const { uid, gid, mode } = status
  // A link's own mode means nothing, and in a sticky folder nobody renames what is another's.
  const modeCounts = !status.isSymbolicLink() && !(status.isDirectory() && (mode & sticky) !== 0)
  // What root's own group may do is root's.
  const others = gid === 0 ? 0o002 : 0o022
  const byMode = modeCounts && (mode & others) !== 0
  if (!trusted.includes(uid) || byMode) found.set(path, { path, uid, byMode })
  return path
}
