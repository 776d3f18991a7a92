import i18next from 'i18next'
import { toast } from 'sonner'
import { AppError } from '#contract/app-error'
import { formatBytes } from '#contract/byte-size'
import {
  removeSnapshot,
  type Snapshot,
  type SnapshotId,
  type updateSnapshot as Update,
  updateSnapshot,
  verifySnapshots,
} from '#contract/snapshot'
import { call } from '../call.ts'
import { wordedTexts } from '../copy/i18n.ts'
import { newId } from '../model/new-id.ts'
import { toastError } from './remedies.ts'

type Named = Pick<Snapshot, 'id' | 'name'>
type Changes = Omit<Parameters<typeof call<(typeof Update)['request'], (typeof Update)['response']>>[1], 'ref'>

/** Resolves to whether it was changed; where not, that is said. The tree shows it with the agent's event. */
export async function changeSnapshot(id: SnapshotId, changes: Changes): Promise<boolean> {
  try {
    await call(updateSnapshot, { ref: id, ...changes })
    return true
  } catch (error) {
    toastError(i18next.t('snapshots.update.failed'), error)
    return false
  }
}

export async function removeOne({ id, name }: Named): Promise<void> {
  try {
    const { freedBytes } = await call(removeSnapshot, { ref: id })
    toast.success(i18next.t('snapshots.remove.done', { name, size: formatBytes(freedBytes) }))
  } catch (error) {
    toastError(i18next.t('snapshots.remove.failed', { name }), error)
  }
}

/** Reads one snapshot again, or all, and says whether it is still what was written. */
export async function verify(snapshot: Named | null): Promise<void> {
  try {
    const checks = await call(verifySnapshots, { ...(snapshot ? { ref: snapshot.id } : {}), task: newId() })
    const bad = checks.filter(({ ok }) => !ok)
    const size = formatBytes(checks.reduce((sum, { checkedBytes }) => sum + checkedBytes, 0))
    if (bad.length > 0) {
      const firsts = bad.map(({ name, problems, problemsWordings }) => {
        return `${name}: ${wordedTexts(problems, problemsWordings)[0] ?? ''}`
      })
      toast.error(i18next.t('snapshots.verify.bad', { count: bad.length }), {
        ...{ description: firsts.join('\n'), duration: 15_000 },
      })
    } else if (snapshot) toast.success(i18next.t('snapshots.verify.good', { name: snapshot.name, size }))
    else toast.success(i18next.t('snapshots.verify.goodAll', { count: checks.length, size }))
  } catch (error) {
    if (AppError.from(error).wire.code !== 'cancelled') toastError(i18next.t('snapshots.verify.failed'), error)
  }
}
