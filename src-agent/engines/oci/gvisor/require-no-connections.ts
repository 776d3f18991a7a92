import { appError } from '#contract/app-error'
import { type ConnectionTable, parseConnections } from './open-connections.ts'

/**
 * gVisor keeps a closed connection for 60 s, where it is in no list, and tries to close one whose other end is gone at
 * most every 120 s: after that long without a segment there is none.
 */
const lingerMs = 125_000
const mostNamed = 5

/** Rejects where a sandbox has, or may have, connections to elsewhere. */
export type RequireNoConnections = (key: string, printed: string) => void

interface Quiet {
  readonly activity: string
  readonly since: number
}

/** Remembers since when each sandbox, named by a key of its run, has been seen without a segment. */
export function createConnectionGuard(now: () => number = () => performance.now()): RequireNoConnections {
  const quiet = new Map<string, Quiet>()
  return (key, printed) => {
    const table = parseConnections(printed)
    if (table.open.length > 0) throw appError('live-connections-open', { connections: describe(table) })
    if (!table.hasBeenUsed) return
    for (const [other, { since }] of quiet) if (now() - since > 10 * lingerMs) quiet.delete(other)
    const known = quiet.get(key)
    const since = known?.activity === table.activity ? known.since : now()
    quiet.set(key, { activity: table.activity, since })
    const leftMs = since + lingerMs - now()
    if (leftMs > 0) throw appError('live-connections-lingering', { seconds: Math.ceil(leftMs / 1000) })
  }
}

function describe({ open }: ConnectionTable): string {
  const more = open.length - mostNamed
  return [...open.slice(0, mostNamed), ...(more > 0 ? [`${more} more`] : [])].join(', ')
}
