import type { Sandbox, SandboxId } from '#contract/sandbox'
import {
  planRestore,
  pruneSnapshots,
  readSchedule,
  readSnapshotUsage,
  type SnapshotId,
  type SnapshotUsage,
  setSchedule,
} from '#contract/snapshot'
import { call } from '../call.ts'
import { agentStore } from './agent-store.ts'
import { createQueryStore } from './query-store.ts'

export type SnapshotUsages = ReadonlyMap<SnapshotId, SnapshotUsage>

/**
 * What each snapshot costs now. Of all of them: a tree holds those of other sandboxes too. For a question before something
 * is lost; what is only shown is kept in step by {@link usageStore}, which is behind by a moment.
 */
export async function readUsages(): Promise<SnapshotUsages> {
  return new Map((await call(readSnapshotUsage, {})).map((usage) => [usage.id, usage]))
}

/** What {@link readUsages} found last, kept in step by {@link followUsage}. */
export const usageStore = createQueryStore((_query: null) => readUsages())

export const restorePlanStore = createQueryStore(
  (query: { readonly ref: SnapshotId; readonly sandbox: SandboxId; readonly live: boolean }) =>
    call(planRestore, query),
)

/** What the rules would remove now. */
export const prunePlanStore = createQueryStore((sandbox: SandboxId) => call(pruneSnapshots, { sandbox, dryRun: true }))

export const scheduleStore = createQueryStore((ref: SandboxId) => call(readSchedule, { ref }))

type NewSchedule = Parameters<typeof call<(typeof setSchedule)['request'], (typeof setSchedule)['response']>>[1]

/** Sets it; what is shown is read again, so that the next time comes with it. */
export async function saveSchedule(request: NewSchedule): Promise<void> {
  await call(setSchedule, request)
  await scheduleStore.load(request.ref, { keep: true })
}

const calmMs = 400

/** What the costs depend on: neither a note nor a state of running changes them. */
function costsOf(state: ReturnType<typeof agentStore.getState>): string {
  const snapshots = [...state.snapshots.values()].map(({ id, parentId, layerBytes }) => `${id}${parentId}${layerBytes}`)
  const sandboxes = [...state.sandboxes.values()].map(({ id, parentId }: Sandbox) => `${id}${parentId}`)
  return [...snapshots, ...sandboxes].join(' ')
}

/** Keeps the costs in step with the tree, a moment after each change of it. Returns its undo. */
export function followUsage(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let known = costsOf(agentStore.getState())
  void usageStore.load(null, { keep: true })
  const off = agentStore.subscribe((state) => {
    const next = costsOf(state)
    if (next === known) return
    known = next
    clearTimeout(timer)
    timer = setTimeout(() => void usageStore.load(null, { keep: true }), calmMs)
  })
  return () => {
    clearTimeout(timer)
    off()
  }
}
