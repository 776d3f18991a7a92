import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { LaunchPlan } from '../driver.ts'

/** User, role and type of what containers are, and of what is theirs; the level is each one's own. */
export interface SelinuxTypes {
  readonly process: string
  readonly file: string
}

/** What one container's processes and files are labelled as. */
export interface SelinuxLabels {
  readonly process: string
  readonly file: string
}

/** In a run folder: two categories that no other running sandbox of this agent has. */
export const levelFile = 'selinux-level'
const categories = 1024

/**
 * The labels of a new run, as other engines give them: a pair of categories tells siblings apart. None where a folder or a device of
 * this machine is to be reached, which the label forbids and only a lasting change of that folder's own label would allow.
 */
export function chooseLabels(
  types: SelinuxTypes | null | undefined,
  plan: Pick<LaunchPlan, 'id' | 'paths' | 'mounts' | 'grants' | 'hostNetwork'>,
): { readonly level: string; readonly labels: SelinuxLabels } | null {
  const reaches = plan.mounts.length > 0 || plan.hostNetwork || plan.grants.some(({ kind }) => kind !== 'no-seccomp')
  if (!types || reaches) return null
  const level = chooseLevel(plan.id, levelsBeside(plan.paths.run))
  return { level, labels: labelsAt(types, level) }
}

/** Those that it runs with, for commands that join it. */
export function readLabels(types: SelinuxTypes | null | undefined, run: string): SelinuxLabels | null {
  const level = types ? readLevel(join(run, levelFile)) : null
  return types && level !== null ? labelsAt(types, level) : null
}

/** The same for the same id, unless somebody else has it. */
export function chooseLevel(id: string, taken: ReadonlySet<string>): string {
  const seed = createHash('sha256').update(id).digest()
  for (let step = 0; ; step += 1) {
    const [one, other] = [(seed.readUInt16BE(0) + step) % categories, seed.readUInt16BE(2) % categories]
    const level = `s0:c${Math.min(one, other)},c${Math.max(one, other)}`
    if (one !== other && !taken.has(level)) return level
  }
}

function labelsAt({ process, file }: SelinuxTypes, level: string): SelinuxLabels {
  return { process: `${process}:${level}`, file: `${file}:${level}` }
}

function levelsBeside(run: string): ReadonlySet<string> {
  const all = dirname(run)
  const levels = names(all).map((name) => (join(all, name) === run ? null : readLevel(join(all, name, levelFile))))
  return new Set(levels.filter((level) => level !== null))
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function readLevel(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
