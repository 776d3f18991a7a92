import type { TFunction } from 'i18next'
import { formatBytes } from '#contract/byte-size'
import type { Snapshot, SnapshotId } from '#contract/snapshot'
import { wordedText } from '../../copy/i18n.ts'
import { formatClock, formatDay, formatMoment } from '../../model/locale.ts'
import type { SnapshotUsages } from '../../store/snapshot-stores.ts'
import type { TreeNode } from './family.ts'

/** The time of day; the day stands at the edge of the picture. */
export function timeText(at: string): string {
  return formatClock(at)
}

export function dayText(at: string, now: number, t: TFunction): string {
  const day = new Date(at)
  const daysAgo = Math.round((startOfDay(new Date(now)) - startOfDay(day)) / 86_400_000)
  if (daysAgo === 0) return t('snapshots.tree.today')
  if (daysAgo === 1) return t('snapshots.tree.yesterday')
  const sameYear = day.getFullYear() === new Date(now).getFullYear()
  return formatDay(day, {
    ...{ day: 'numeric', month: 'short' },
    ...(sameYear ? {} : { year: 'numeric' }),
  })
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

/** Bytes that only this snapshot holds. What nobody has counted yet is at least its layer. */
export function uniqueBytes(usages: SnapshotUsages | null, id: SnapshotId): number | null {
  return usages?.get(id)?.uniqueBytes ?? null
}

/** All that the picture shows of a node, for those who do not see it. */
export function nodeLabel(node: TreeNode, { usages, ownId, t }: LabelFacts): string {
  if (node.kind === 'image') return t('snapshots.tree.nodeImage', { image: node.image })
  if (node.kind === 'head') {
    const { id, name, state } = node.sandbox
    const key = id === ownId ? 'snapshots.tree.nodeOwn' : 'snapshots.tree.nodeHead'
    return t(key, { name, state: t(`sandboxes.state.${state}`) })
  }
  return snapshotLabel(node.snapshot, usages, t)
}

interface LabelFacts {
  readonly usages: SnapshotUsages | null
  readonly ownId: string
  readonly t: TFunction
}

function snapshotLabel(snapshot: Snapshot, usages: SnapshotUsages | null, t: TFunction): string {
  const { id, name, state, createdAt, live, problem, problemWording } = snapshot
  const kind = t(live ? 'snapshots.tree.live' : 'snapshots.tree.disk')
  if (state === 'creating') return t('snapshots.tree.nodeCreating', { name, kind })
  const when = formatMoment(createdAt)
  if (state === 'damaged')
    return t('snapshots.tree.nodeDamaged', { name, kind, when, problem: wordedText(problem ?? '', problemWording) })
  const bytes = uniqueBytes(usages, id)
  const size =
    bytes === null ? t('snapshots.tree.uniqueUnknown') : t('snapshots.tree.unique', { size: formatBytes(bytes) })
  return t('snapshots.tree.nodeSnapshot', { name, kind, when, size })
}

/** The start and the end: names of a series differ at either. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text
  const tail = Math.floor(most / 3)
  return `${text.slice(0, most - tail - 1)}…${text.slice(-tail)}`
}
