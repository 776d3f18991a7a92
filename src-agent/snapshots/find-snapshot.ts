import { appError } from '#contract/app-error'
import type { SandboxContext } from '../sandboxes/context.ts'
import { findRecord } from '../sandboxes/find-sandbox.ts'
import type { SnapshotRecord, SnapshotRecords } from '../state/records/snapshot-records.ts'

interface Sources {
  readonly snapshotRecords: SnapshotRecords
  readonly context: Pick<SandboxContext, 'records'>
}

/** By id, an unambiguous start of an id of 4 digits and more, `SANDBOX@NAME`, or a name that only one has. */
export function findSnapshot(sources: Sources, ref: string): SnapshotRecord {
  const exact = sources.snapshotRecords.get(ref)
  if (exact) return exact
  const all = sources.snapshotRecords.all()
  const at = ref.lastIndexOf('@')
  const wanted = at === -1 ? ref : ref.slice(at + 1)
  const among = at === -1 ? all : all.filter((each) => isOf(sources, each, ref.slice(0, at)))
  const named = among.filter(({ snapshot }) => snapshot.name === wanted)
  const matches = named.length > 0 || at !== -1 ? named : startingWith(all, ref)
  if (matches.length === 1 && matches[0]) return matches[0]
  if (matches.length > 1) throw ambiguous(ref, matches)
  throw appError(
    'notFound',
    'snapshot-not-found',
    `There is no snapshot "${ref}". "joey snapshot ls" shows them all.`,
    {
      params: { ref },
    },
  )
}

/** Of a sandbox that there is, by any of its names; or of one that is gone, by the name it had. */
function isOf({ context }: Sources, { snapshot }: SnapshotRecord, of: string): boolean {
  const { sandboxId, sandboxName } = snapshot
  const now = context.records.get(sandboxId)?.sandbox.name
  return sandboxId === of || (now ?? sandboxName) === of
}

function startingWith(all: readonly SnapshotRecord[], ref: string): readonly SnapshotRecord[] {
  return ref.length >= 4 ? all.filter(({ snapshot }) => snapshot.id.startsWith(ref)) : []
}

function ambiguous(ref: string, matches: readonly SnapshotRecord[]): Error {
  const some = matches.slice(0, 5).map(({ snapshot }) => `${snapshot.sandboxName}@${snapshot.name} (${snapshot.id})`)
  const message = `"${ref}" fits ${matches.length} snapshots: ${some.join(', ')}. Use SANDBOX@NAME or the id.`
  return appError('invalidRequest', 'snapshot-ambiguous', message, { params: { ref } })
}

/** Those of one sandbox, which may be gone: then by its id or the name it had. */
export function snapshotsOf(sources: Sources, ref: string | undefined): SnapshotRecord[] {
  const all = [...sources.snapshotRecords.all()].sort(byAge)
  if (ref === undefined) return all
  const ofGone = all.filter(({ snapshot }) => {
    return !sources.context.records.get(snapshot.sandboxId) && [snapshot.sandboxId, snapshot.sandboxName].includes(ref)
  })
  const isThere = sources.context.records.get(ref) ?? sources.context.records.findByName(ref)
  if (!isThere && ofGone.length > 0) return ofGone
  const { id } = findRecord(sources.context, ref).sandbox
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
    const message = `The sandbox has a snapshot named "${wish.name}" already. Choose another name.`
    throw appError('conflict', 'snapshot-name-taken', message, { params: { name: wish.name } })
  }
  const time = wish.now.toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')
  const base = wish.reason === 'manual' ? time : `${wish.reason}-${time}`
  for (let index = 1; ; index += 1) {
    const name = index === 1 ? base : `${base}-${index}`
    if (!taken.has(name)) return name
  }
}
