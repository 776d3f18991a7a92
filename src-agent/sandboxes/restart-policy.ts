import type { Sandbox } from '#contract/sandbox'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'

/** The first wait; each further one is twice as long, up to the longest. Docker's numbers. */
const shortestMs = 100
const longestMs = 60_000
/** Who ran for so long has not just failed to start: waits begin anew. */
const longRunMs = 10_000

export interface Restart {
  /** How often its policy has started it by now, in a row. */
  readonly restarts: number
  readonly waitMs: number
}

/**
 * What the policy wants of a sandbox that has ended. Null: it stays as it is. `returning`: the agent has just started, which
 * brings back what `always` holds for, even where somebody had stopped it (Docker: "restarted only when Docker daemon restarts").
 */
export function decideRestart(record: SandboxRecord, { returning = false } = {}): Restart | null {
  const { sandbox, endWanted, startsAgain } = record
  const { state, exit, spec } = sandbox
  // The agent before this one had stopped it only to start it again.
  if (returning && startsAgain && state === 'stopped') return { restarts: 0, waitMs: 0 }
  if (state !== 'stopped' || exit === null) return null
  const [policy = 'no', most] = spec.restartPolicy.split(':')
  if (policy === 'no') return null
  if (endWanted && !(policy === 'always' && returning)) return null
  // What a person tries to start and cannot is theirs to mend.
  if (exit.reason === 'start-failed' && sandbox.restarts === 0 && !returning) return null
  if (policy === 'on-failure' && exit.code === 0) return null
  const restarts = ranLong(sandbox) ? 0 : sandbox.restarts
  if (most !== undefined && restarts >= Number(most)) return null
  return { restarts, waitMs: Math.min(longestMs, shortestMs * 2 ** restarts) }
}

function ranLong({ startedAt, exit }: Sandbox): boolean {
  if (startedAt === null || exit === null || exit.reason === 'start-failed') return false
  return Date.parse(exit.at) - Date.parse(startedAt) >= longRunMs
}
