import i18next, { type TFunction } from 'i18next'
import {
  Camera,
  Diff,
  GitFork,
  History,
  Image,
  PackageOpen,
  ShieldCheck,
  SquareArrowOutUpRight,
  Trash2,
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import { formatBytes } from '#contract/byte-size'
import type { Sandbox } from '#contract/sandbox'
import type { Snapshot, SnapshotUsage } from '#contract/snapshot'
import { removeOne, verify } from '../../actions/snapshot-actions.ts'
import type { Question } from '../../components/confirm-dialog.tsx'
import type { MenuItem } from '../../components/menu.tsx'
import { useIsLive } from '../../store/agent-store.ts'
import { readUsages } from '../../store/snapshot-stores.ts'
import { ask } from '../../store/ui-store.ts'
import type { TreeNode } from './family.ts'
import type { ForkSource } from './use-fork.ts'

/** What is open over the tab. */
export type TreeDialog =
  | { readonly kind: 'take' }
  | { readonly kind: 'prune' }
  | { readonly kind: 'schedule' }
  | { readonly kind: 'restore'; readonly snapshot: Snapshot }
  | { readonly kind: 'fork'; readonly source: ForkSource }

interface Options {
  readonly sandbox: Sandbox
  readonly onDialog: (dialog: TreeDialog) => void
  /** The next node that is chosen is compared with this one. */
  readonly onPick: (key: string) => void
  readonly onRemove: (node: TreeNode) => void
}

type Groups = readonly (readonly MenuItem[])[]

interface Context extends Options {
  readonly t: TFunction
  readonly navigate: (to: string) => void
  readonly disabled: boolean
}

/** What can be done with a node, as the menu and the panel offer it. */
export function useNodeActions(options: Options): (node: TreeNode) => Groups {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const disabled = !useIsLive()
  const context: Context = { ...options, t, navigate, disabled }
  return (node) => {
    if (node.kind === 'snapshot') return actionsOfSnapshot(node, context)
    if (node.kind === 'head') return actionsOfHead(node, context)
    const images: MenuItem = {
      ...{ key: 'images', label: t('snapshots.menu.open', { name: node.image }), icon: <PackageOpen /> },
      onSelect: () => navigate('/images'),
    }
    return [[images]]
  }
}

function actionsOfSnapshot(node: Extract<TreeNode, { kind: 'snapshot' }>, context: Context): Groups {
  const { sandbox, t, navigate, disabled, onDialog, onRemove } = context
  const { snapshot, key } = node
  const usable = snapshot.state === 'ready' && !disabled
  const restore: MenuItem = {
    ...{ key: 'restore', label: t('snapshots.menu.restore'), icon: <History />, disabled: !usable },
    onSelect: () => onDialog({ kind: 'restore', snapshot }),
  }
  const compareNow: MenuItem = {
    ...{ key: 'now', label: t('snapshots.menu.compareNow'), icon: <Diff /> },
    onSelect: () => navigate(`/compare/${key}/sandbox:${sandbox.id}`),
  }
  const check: MenuItem = {
    ...{ key: 'verify', label: t('snapshots.menu.verify'), icon: <ShieldCheck />, disabled },
    onSelect: () => void verify(snapshot),
  }
  const remove: MenuItem = {
    ...{ key: 'remove', label: t('snapshots.menu.remove'), icon: <Trash2 />, danger: true, disabled },
    onSelect: () => onRemove(node),
  }
  return [
    [restore, { ...fork({ kind: 'snapshot', snapshot }, context), disabled: !usable }],
    [compareNow, compareOther(key, context), compareImage(key, snapshot.imageDigest, context)],
    [check, remove],
  ]
}

function actionsOfHead(node: Extract<TreeNode, { kind: 'head' }>, context: Context): Groups {
  const { sandbox, t, navigate, disabled, onDialog } = context
  const { key, sandbox: present } = node
  const open: MenuItem = {
    ...{ key: 'open', label: t('snapshots.menu.open', { name: present.name }), icon: <SquareArrowOutUpRight /> },
    onSelect: () => navigate(`/sandboxes/${present.id}/snapshots`),
  }
  const take: MenuItem = {
    ...{ key: 'take', label: t('snapshots.menu.take'), icon: <Camera />, disabled },
    onSelect: () => onDialog({ kind: 'take' }),
  }
  return [
    [present.id === sandbox.id ? take : open, fork({ kind: 'sandbox', sandbox: present }, context)],
    [compareOther(key, context), compareImage(key, present.imageDigest, context)],
  ]
}

function fork(source: ForkSource, { t, disabled, onDialog }: Context): MenuItem {
  return {
    ...{ key: 'fork', label: t('snapshots.menu.fork'), icon: <GitFork />, disabled },
    onSelect: () => onDialog({ kind: 'fork', source }),
  }
}

function compareOther(key: string, { t, onPick }: Context): MenuItem {
  return { key: 'other', label: t('snapshots.menu.compareOther'), icon: <Diff />, onSelect: () => onPick(key) }
}

function compareImage(tree: string, digest: string, { t, navigate }: Context): MenuItem {
  return {
    ...{ key: 'image', label: t('snapshots.menu.compareImage'), icon: <Image /> },
    onSelect: () => navigate(`/compare/image:${digest}/${tree}`),
  }
}

/** A question that comes later than this seems never to come. */
const costsWithinMs = 2_000

/** Asks before a snapshot is lost: what that frees, and what stands on it at this moment. */
export async function askToRemove(snapshot: Snapshot): Promise<void> {
  const late = new Promise<null>((resolve) => setTimeout(resolve, costsWithinMs, null))
  const usages = await Promise.race([readUsages().catch(() => null), late])
  ask(removeQuestion(snapshot, usages?.get(snapshot.id)))
}

function removeQuestion(snapshot: Snapshot, usage: SnapshotUsage | undefined): Question {
  const { name } = snapshot
  const standing = usage?.dependents ?? []
  const text = usage
    ? i18next.t('snapshots.remove.text', { size: formatBytes(usage.freesBytes) })
    : i18next.t('snapshots.remove.textUnknown')
  return {
    title: i18next.t('snapshots.remove.title', { name }),
    text: standing.length > 0 ? `${text} ${i18next.t('snapshots.remove.standing')}` : text,
    ...(standing.length > 0 ? { list: standing } : {}),
    confirm: i18next.t('common.remove'),
    danger: true,
    onConfirm: () => void removeOne(snapshot),
  }
}
