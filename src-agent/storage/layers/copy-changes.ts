import { parentOf } from '../../base/relative-path.ts'
import { type Facts, type Listing, toFacts, toNs } from './list-tree.ts'

/** What a copy lacks. Paths are latin1, relative. */
export interface Changes {
  /** Names in the copy that are to go, parents before what is in them. */
  readonly gone: readonly string[]
  /** Folders to make anew, what is in them kept. */
  readonly folders: readonly string[]
  /** Folders of which only what is in them changes, so that their times must be set again. */
  readonly touched: readonly string[]
  /** All other entries to copy; one name of each file. */
  readonly copies: readonly string[]
  /** Further names of a file, and the one that it is under in the copy by then. */
  readonly links: readonly (readonly [path: string, of: string])[]
  /** Of the copies. */
  readonly bytes: number
}

export interface Compared {
  /** The source before it was copied. */
  readonly before: Listing
  /** What has changed at this time or later may have changed after it was copied. */
  readonly sinceNs: bigint
  /** The source. */
  readonly now: Listing
  /** The copy. */
  readonly have: Listing
}

/**
 * An entry is as it was copied when the same inode is under its name since before the copying began, its time of change, which
 * no guest can set, is the same and older than that, and the copy has its size, mode, owner and time. All names of
 * a file are copied together. Below a folder that was renamed meanwhile everything is: what was copied by its name may have been
 * another folder's.
 */
export function findChanges({ before, sinceNs, now, have }: Compared): Changes {
  const groups = new Map<string, Group>()
  const folders: string[] = []
  let moved: string | null = null
  for (const [path, text] of now) {
    const facts = toFacts(text)
    if (moved !== null && !path.startsWith(moved)) moved = null
    const isOld = facts.changedNs < sinceNs && before.get(path) === text
    const isSame = moved === null && (isOld || isSameDevice(facts, before.get(path))) && isCopyOf(facts, have.get(path))
    if (facts.kind === 'd') {
      if (!isSame) folders.push(path)
      if (!isOld && moved === null && wasMoved(path, facts)) moved = `${path}/`
      continue
    }
    // Names of one file have one number; where there is one name only, numbers do not matter.
    const group = groups.get(facts.inode) ?? { facts, paths: [], kept: [], copyInodes: new Set() }
    groups.set(facts.inode, group)
    group.paths.push(path)
    if (isSame) {
      group.kept.push(path)
      group.copyInodes.add(toFacts(have.get(path) ?? '').inode)
    }
  }
  const gone = findGone(now, have)
  const { changed, ...copied } = copiesOf(groups)
  const parents = new Set([...gone, ...folders, ...changed].map(parentOf))
  const anew = new Set(folders)
  const touched = [...parents].filter((path) => !anew.has(path) && now.get(path)?.startsWith('d'))
  return { gone, folders, touched, ...copied }
}

interface Group {
  readonly facts: Facts
  readonly paths: string[]
  readonly kept: string[]
  readonly copyInodes: Set<string>
}

function copiesOf(groups: ReadonlyMap<string, Group>) {
  const changed: string[] = []
  const copies: string[] = []
  const links: [string, string][] = []
  let bytes = 0
  for (const { facts, paths, kept, copyInodes } of groups.values()) {
    if (kept.length === paths.length && copyInodes.size === 1) continue
    // The device of another name is the device; content must come from one copying.
    const [first = ''] = facts.kind === 'c' && kept.length > 0 ? kept : paths
    if (!kept.includes(first) || facts.kind !== 'c') {
      copies.push(first)
      bytes += facts.kind === 'f' ? Number(facts.size) : 0
    }
    for (const path of paths) {
      changed.push(path)
      if (path !== first) links.push([path, first])
    }
  }
  return { copies, links, bytes, changed }
}

/** Deletions share one inode, which changes with each further one; which device it is never does. */
function isSameDevice(facts: Facts, before: string | undefined): boolean {
  if (facts.kind !== 'c' || before === undefined) return false
  const was = toFacts(before)
  return was.kind === 'c' && was.inode === facts.inode && sameMarks(was, facts)
}

function isCopyOf(facts: Facts, copy: string | undefined): boolean {
  if (copy === undefined) return false
  const has = toFacts(copy)
  const sameSize = facts.size === has.size || (facts.kind !== 'f' && facts.kind !== 'l')
  return has.kind === facts.kind && sameSize && sameMarks(has, facts)
}

function sameMarks(one: Facts, two: Facts): boolean {
  return one.mode === two.mode && one.owner === two.owner && one.modified === two.modified
}

/** New names in a folder set both of its times; a new name of itself only one. The root has none. */
function wasMoved(path: string, facts: Facts): boolean {
  return path !== '' && toNs(facts.modified) !== facts.changedNs
}

/** A folder in the place of something else, and the reverse, go first. */
function findGone(now: Listing, have: Listing): string[] {
  const gone: string[] = []
  for (const [path, facts] of have) {
    const wanted = now.get(path)
    if (wanted === undefined || wanted.startsWith('d') !== facts.startsWith('d')) gone.push(path)
  }
  return gone
}
