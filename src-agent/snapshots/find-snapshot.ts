import { appError } from '#contract/app-error'
import { findRecord } from '../sandboxes/find-sandbox.ts'
import type { SandboxRecords } from '../state/records/sandbox-records.ts'
import type { SnapshotRecord, SnapshotRecords, SnapshotStore } from '../state/records/snapshot-records.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly snapshotRecords: SnapshotStore
}

/** By id, an unambiguous start of an id of 4 digits and more, `SANDBOX@NAME`, or a name that only one has. */
export function findSnapshot(deps: Deps, ref: string): SnapshotRecord {
  const exact = deps.snapshotRecords.get(ref)
  if (exact) return exact
  const all = deps.snapshotRecords.all()
  const at = ref.lastIndexOf('@')
  const wanted = at === -1 ? ref : ref.slice(at + 1)
  const among = at === -1 ? all : all.filter((each) => isOf(deps, each, ref.slice(0, at)))
  const named = among.filter(({ snapshot }) => snapshot.name === wanted)
  const matches = named.length > 0 || at !== -1 ? named : startingWith(all, ref)
  if (matches.length === 1 && matches[0]) return matches[0]
  if (matches.length > 1) throw ambiguous(ref, matches)
  throw appError('snapshot-not-found', { ref })
}

/** Of a sandbox that there is, by any of its names; or of one that is gone, by the name it had. */
function isOf(deps: Pick<Deps, 'records'>, { snapshot }: SnapshotRecord, of: string): boolean {
  const { sandboxId, sandboxName } = snapshot
  const now = deps.records.get(sandboxId)?.sandbox.name
  return sandboxId === of || (now ?? sandboxName) === of
}

function startingWith(all: readonly SnapshotRecord[], ref: string): readonly SnapshotRecord[] {
  return ref.length >= 4 ? all.filter(({ snapshot }) => snapshot.id.startsWith(ref)) : []
}

function ambiguous(ref: string, matches: readonly SnapshotRecord[]): Error {
  const some = matches.slice(0, 5).map(({ snapshot }) => `${snapshot.sandboxName}@${snapshot.name} (${snapshot.id})`)
  return appError('snapshot-ambiguous', { ref, count: matches.length, matches: some.join(', ') })
}

/** Those of one sandbox, which may be gone: then by its id or the name it had. */
export function snapshotsOf(deps: Deps, ref: string | undefined): SnapshotRecord[] {
  const all = [...deps.snapshotRecords.all()].sort(byAge)
  if (ref === undefined) return all
  const ofGone = all.filter(({ snapshot }) => {
    return !deps.records.get(snapshot.sandboxId) && [snapshot.sandboxId, snapshot.sandboxName].includes(ref)
  })
  const isThere = deps.records.get(ref) ?? deps.records.findByName(ref)
  if (!isThere && ofGone.length > 0) return ofGone
  const { id } = findRecord(deps, ref).sandbox
  return all.filter(({ snapshot }) => snapshot.sandboxId === id)
}

function byAge(one: SnapshotRecord, other: SnapshotRecord): number {
  const [a, b] = [one.snapshot, other.snapshot]
  return a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id)
}

/** A name that no snapshot of the sandbox has: the wished one, or one made up from the time and the reason. */
export function nameSnapshot(
  records: SnapshotRecords,
  wish: { readonly sandboxId: string; readonly name: string | undefined; readonly reason: string; readonly now: Date },
): string {
  const taken = new Set(
    records.all().flatMap(({ snapshot }) => (snapshot.sandboxId === wish.sandboxId ? [snapshot.name] : [])),
  )
  if (wish.name !== undefined) {
    if (!taken.has(wish.name)) return wish.name
    throw appError('snapshot-name-taken', { name: wish.name })
  }
  const time = wish.now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')
  const base = wish.reason === 'manual' ? time : `${wish.reason}-${time}`
  for (let index = 1; ; index += 1) {
    const name = index === 1 ? base : `${base}-${index}`
    if (!taken.has(name)) return name
  }
}
