import { readFileSync } from 'node:fs'
import { windowAccount } from '#contract/client/place'

/** Ids that a sandbox has: 0 to 65535, as every distribution's accounts are within. */
export const idsOfSandbox = 65_536

/**
 * Where this machine's accounts, containers of systemd and everything else that is known of leave room
 * (https://systemd.io/UIDS-GIDS): 4096 ranges up to the last id that fits into a signed number.
 */
const ownArea = { first: 0x7000_0000, count: 0x1000_0000 } as const

/** What nobody runs as: files in shared folders whose owner has no place there belong to these. The first range of the area. */
export const nobodysIds = ownArea.first

/** Whom machines run as that are made ready for nobody yet: of the range that no sandbox gets, and not the window's own. */
export const idleMachineAccount = windowAccount + 1

interface Area {
  readonly first: number
  readonly count: number
}

/** Ranges of user and group ids of this machine, each held by one owner at a time: the interface or the sandbox that uses it. */
export interface IdRanges {
  /** The first id of the owner's range. Null: all are taken. */
  take(owner: string): number | null
  /** Of a run that an earlier agent has begun. */
  occupy(owner: string, first: number): void
  release(owner: string): void
}

/**
 * Ranges from the entry of "joey" in the lists of subordinate ids, where there is one for users and groups alike; else from an
 * area of Joey's own, without what those lists give to others.
 *
 * @param start where to begin looking, so that agents of several state folders seldom meet.
 */
export function createIdRanges(lists: readonly [users: string, groups: string], start: number): IdRanges {
  const free = freeRanges(lists)
  const owners = new Map<string, number>()
  const used = new Set<number>()
  let next = free.length === 0 ? 0 : start % free.length
  return {
    take(owner) {
      const known = owners.get(owner)
      if (known !== undefined) return known
      for (let step = 0; step < free.length; step += 1) {
        const first = free[(next + step) % free.length]
        if (first === undefined || used.has(first)) continue
        owners.set(owner, first)
        used.add(first)
        // As late as possible again, so that nothing that is left of a range meets its next owner.
        next = (next + step + 1) % free.length
        return first
      }
      return null
    },
    occupy(owner, first) {
      owners.set(owner, first)
      used.add(first)
    },
    release(owner) {
      const first = owners.get(owner)
      owners.delete(owner)
      if (first !== undefined) used.delete(first)
    },
  }
}

/** The lists of subordinate ids of this machine; empty where it has none. */
export function readSubordinateIds(): [users: string, groups: string] {
  return [readList('/etc/subuid'), readList('/etc/subgid')]
}

function readList(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function freeRanges([users, groups]: readonly [string, string]): number[] {
  const ours = areasOf(users, (name) => name === 'joey').filter((area) =>
    areasOf(groups, (name) => name === 'joey').some(
      (other) => other.first === area.first && other.count === area.count,
    ),
  )
  if (ours.length > 0) return ours.flatMap(rangesIn)
  const others = [users, groups].flatMap((list) => areasOf(list, () => true))
  return rangesIn(ownArea).filter(
    (first) =>
      first !== nobodysIds &&
      first !== windowAccount &&
      !others.some((other) => first < other.first + other.count && other.first < first + idsOfSandbox),
  )
}

function rangesIn({ first, count }: Area): number[] {
  return Array.from({ length: Math.floor(count / idsOfSandbox) }, (_, index) => first + index * idsOfSandbox)
}

/** `NAME:FIRST:COUNT`, one a line (subuid(5)). */
function areasOf(list: string, isWanted: (name: string) => boolean): Area[] {
  return list.split('\n').flatMap((line) => {
    const found = /^([^:#]+):(\d+):(\d+)\s*$/.exec(line)
    if (!found || !isWanted(found[1] ?? '')) return []
    return [{ first: Number(found[2]), count: Number(found[3]) }]
  })
}
