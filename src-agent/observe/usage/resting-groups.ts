import { dirname } from 'node:path/posix'

export interface RestingGroups {
  /** Looks at each group anew. */
  startRound(): void
  /** Whether no cgroup of the group that this one is in has used the processor since the round before. */
  rests(cgroup: string): boolean
}

interface Group {
  /** Its processor time at the last look, as the kernel writes it: what is rounded could hide a little. */
  used: string
  moved: boolean
}

/**
 * The kernel adds what a cgroup uses of the processor to all above it, so that one file says of hundreds of sandboxes that all
 * of them sleep. `readUsed` reads that of one cgroup; null where it is gone.
 */
export function createRestingGroups(readUsed: (cgroup: string) => string | null): RestingGroups {
  const groups = new Map<string, Group>()
  return {
    startRound() {
      for (const [path, group] of groups) {
        const used = readUsed(path)
        if (used === null) groups.delete(path)
        else {
          group.moved = used !== group.used
          group.used = used
        }
      }
    },
    rests(cgroup) {
      const path = dirname(cgroup)
      const known = groups.get(path)
      if (known) return !known.moved
      const used = readUsed(path)
      // What is below it was read before it, or is read only now.
      if (used !== null) groups.set(path, { used, moved: true })
      return false
    },
  }
}
