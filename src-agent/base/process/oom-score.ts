import { readFileSync, writeFileSync } from 'node:fs'
import { leastOomScore } from '#contract/words'

/**
 * Whom the kernel kills first where the machine runs out of memory (proc(5), oom_score_adj): guests and their engines, then
 * whatever else there is, then the agent, and a monitor last of all, because with it the sandbox's log and exit code go.
 */
export const oomScores = { guest: leastOomScore, other: 0, agent: -500, monitor: -900 } as const

const scoreFile = (root: string, pid: number | 'self') => `${root}/${pid}/oom_score_adj`

/** Null where it cannot be read, as of a process that is gone. */
export function readOomScore(pid: number | 'self', root = '/proc'): number | null {
  try {
    return Number(readFileSync(scoreFile(root, pid), 'utf8').trim())
  } catch {
    return null
  }
}

/**
 * Has a process killed later than the score that it has now would. Without CAP_SYS_RESOURCE the kernel refuses it, and the
 * process stays as it is: whether it took can be seen by {@link readOomScore}.
 */
export function protectFromOom(pid: number | 'self', score: number, root = '/proc'): void {
  const now = readOomScore(pid, root)
  if (now !== null && now > score) write(pid, score, root)
}

/** A child of the agent inherits its score, which is for the agent alone. Nobody is refused to make its own higher. */
export function giveUpProtection(pid: number | undefined, root = '/proc'): void {
  if (pid === undefined || (ownScore(root) ?? 0) >= oomScores.other) return
  if ((readOomScore(pid, root) ?? 0) < oomScores.other) write(pid, oomScores.other, root)
}

/**
 * Has a process, and what it starts from now on, go first. Runtimes give a guest's main process the score of its
 * configuration; crun gives none to what joins it later, and gVisor none to its helpers (measured with 1.8.1 and 20221219).
 */
export function sacrifice(pid: number | undefined, root = '/proc', score: number = oomScores.guest): void {
  if (pid !== undefined && (readOomScore(pid, root) ?? score) < score) write(pid, score, root)
}

/** Read for every child, so once is enough: only {@link protectAgent} changes it. */
let own: number | null = null
function ownScore(root: string): number | null {
  own ??= readOomScore('self', root)
  return own
}

/** Called once, when the agent starts. */
export function protectAgent(root = '/proc'): void {
  protectFromOom('self', oomScores.agent, root)
  own = null
}

function write(pid: number | 'self', score: number, root: string): void {
  try {
    writeFileSync(scoreFile(root, pid), String(score))
  } catch {
    // Refused, or gone meanwhile.
  }
}
