import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { SandboxSpec } from '#contract/sandbox'
import { readFileInRoot } from '../base/kernel/open-in-root.ts'

const zonesHere = '/usr/share/zoneinfo'
const maxZoneFile = 1024 * 1024
const utc: ReadonlySet<string> = new Set(['UTC', 'Etc/UTC'])

/** Refuses a zone that nobody knows. */
export function requireTimeZone(zone: string | null): void {
  if (zone !== null && zone !== 'local' && !isKnown(zone)) throw appError('time-zone-unknown', { zone })
}

/** By its name as it is written: files, unlike programs, tell upper from lower case. */
function isKnown(zone: string): boolean {
  if (utc.has(zone)) return true
  try {
    // Throws where there is none of that name.
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    return false
  }
  return Intl.supportedValuesOf('timeZone').includes(zone) || existsSync(join(zonesHere, zone))
}

/**
 * What TZ is inside: the name of the zone where the image has its rules, else the rule that is in force, in the form that every C
 * library reads without files (`CET-1CEST,M3.5.0,M10.5.0/3`). Null where none was asked for. `trees` are the image's.
 */
export async function zoneInside(
  trees: readonly string[],
  { timeZone }: Pick<SandboxSpec, 'timeZone'>,
): Promise<string | null> {
  if (timeZone === null) return null
  const zone = timeZone === 'local' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : timeZone
  for (const tree of trees) {
    const rules = await readFileInRoot(tree, join(zonesHere, zone), maxZoneFile).catch(() => null)
    if (rules !== null) return zone
  }
  if (utc.has(zone)) return 'UTC0'
  const rule = await readFile(join(zonesHere, zone)).then(ruleOf, () => null)
  if (rule === null) throw appError('time-zone-without-rules', { zone })
  return rule
}

/** The last line of a zone's file, where it has one: what holds from the last change in its table on. */
export function ruleOf(file: Buffer): string | null {
  if (file.toString('latin1', 0, 4) !== 'TZif') return null
  return /\n([A-Za-z<][^\n]{0,100})\n$/.exec(file.toString('latin1'))?.[1] ?? null
}
