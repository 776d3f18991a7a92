import { appError } from '#contract/app-error'
import { enginePlaces } from '../sandboxes/engine-places.ts'
import { mountsOfGrants } from '../sandboxes/grant-policy.ts'
import { isWithin } from '../sandboxes/host-paths.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { toShownPath } from './tree-paths.ts'

/**
 * Refuses what is mounted in the sandbox, and folders that have such a thing in them, before half of the rest is gone. The
 * program inside does not enter mounts anyway; this is so that nothing is begun that cannot be finished.
 */
export function requireUnmounted(record: Pick<SandboxRecord, 'sandbox'>, path: string): void {
  requireOffMounts(record, path)
  const wanted = asTarget(path)
  const place = placesOf(record).find((each) => isWithin(each, wanted))
  if (place === undefined) return
  const shown = toShownPath(path)
  throw appError('path-on-mount', { path: shown, place, what: 'holds' })
}

/** Refuses what is on a mount: a single file that is mounted looks like any other to the program inside. */
export function requireOffMounts(record: Pick<SandboxRecord, 'sandbox'>, path: string): void {
  const wanted = asTarget(path)
  const place = placesOf(record).find((each) => isWithin(wanted, each))
  if (place === undefined) return
  throw appError('path-on-mount', { path: toShownPath(path), place, what: 'inside' })
}

/** Refuses to copy from a mount: what lies below it in the sandbox's own layer is not what the sandbox sees there. */
export function requireOwnFiles(record: Pick<SandboxRecord, 'sandbox'>, path: string): void {
  const wanted = asTarget(path)
  const place = placesOf(record).find((each) => isWithin(wanted, each))
  if (place !== undefined) throw appError('path-on-mount', { path: toShownPath(path), place, what: 'copied' })
}

/** Nobody expects these in a copy. */
const ofTheKernel: ReadonlySet<string> = new Set(['/proc', '/sys', '/dev'])

/** Where in a folder something is mounted, as paths of a tree: of that a copy has the empty folder or file. */
export function mountsWithin(record: Pick<SandboxRecord, 'sandbox'>, path: string): string[] {
  const folder = asTarget(path)
  return placesOf(record)
    .filter((place) => place !== folder && isWithin(place, folder) && !ofTheKernel.has(place))
    .map((place) => Buffer.from(place.slice(1), 'utf8').toString('latin1'))
}

/** Whether something is mounted there on behalf of who made the sandbox. */
export function isMountTarget({ sandbox }: Pick<SandboxRecord, 'sandbox'>, target: string): boolean {
  return targetsOf(sandbox).includes(target)
}

function placesOf({ sandbox }: Pick<SandboxRecord, 'sandbox'>): string[] {
  return [...enginePlaces(sandbox.class), ...targetsOf(sandbox)]
}

function targetsOf({ spec: { mounts, volumes, grants } }: SandboxRecord['sandbox']): string[] {
  return [...mounts, ...volumes, ...mountsOfGrants(grants, mounts)].map(({ target }) => target)
}

function asTarget(path: string): string {
  return `/${Buffer.from(path, 'latin1').toString('utf8')}`
}
