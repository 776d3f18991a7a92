import i18next from 'i18next'
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
import type { Sandbox } from '#contract/sandbox'
import type { Snapshot } from '#contract/snapshot'
import { removeOne, verify } from '../../actions/snapshot-actions.ts'
import type { Question } from '../../components/confirm-dialog.tsx'
import type { MenuItem } from '../../components/menu.tsx'
import { formatBytes } from '../../model/byte-size.ts'
import { useIsLive } from '../../store/agent-store.ts'
import type { SnapshotUsages } from '../../store/snapshot-stores.ts'
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

/** What can be done with a node, as the menu and the panel offer it. */
export function useNodeActions(options: Options): (node: TreeNode) => readonly (readonly MenuItem[])[] {
  const { sandbox, onDialog, onPick } = options
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const disabled = !useIsLive()
  const compareImage = (tree: string, digest: string): MenuItem => ({
    ...{ key: 'image', label: t('snapshots.menu.compareImage'), icon: <Image /> },
    onSelect: () => navigate(`/compare/image:${digest}/${tree}`),
  })
  const compareOther = (key: string): MenuItem => ({
    ...{ key: 'other', label: t('snapshots.menu.compareOther'), icon: <Diff />, onSelect: () => onPick(key) },
  })
  const fork = (source: ForkSource): MenuItem => ({
    ...{ key: 'fork', label: t('snapshots.menu.fork'), icon: <GitFork />, disabled },
    onSelect: () => onDialog({ kind: 'fork', source }),
  })
  const ofSnapshot = (node: Extract<TreeNode, { kind: 'snapshot' }>): readonly (readonly MenuItem[])[] => {
    const { snapshot, key } = node
    const usable = snapshot.state === 'ready' && !disabled
    return [
      [
        {
          ...{ key: 'restore', label: t('snapshots.menu.restore'), icon: <History />, disabled: !usable },
          onSelect: () => onDialog({ kind: 'restore', snapshot }),
        },
        { ...fork({ kind: 'snapshot', snapshot }), disabled: !usable },
      ],
      [
        {
          ...{ key: 'now', label: t('snapshots.menu.compareNow'), icon: <Diff /> },
          onSelect: () => navigate(`/compare/${key}/sandbox:${sandbox.id}`),
        },
        compareOther(key),
        compareImage(key, snapshot.imageDigest),
      ],
      [
        {
          ...{ key: 'verify', label: t('snapshots.menu.verify'), icon: <ShieldCheck />, disabled },
          onSelect: () => void verify(snapshot),
        },
        {
          ...{ key: 'remove', label: t('snapshots.menu.remove'), icon: <Trash2 />, danger: true, disabled },
          onSelect: () => options.onRemove(node),
        },
      ],
    ]
  }
  const ofHead = (key: string, present: Sandbox): readonly (readonly MenuItem[])[] => {
    const own = present.id === sandbox.id
    const open: MenuItem = {
      ...{ key: 'open', label: t('snapshots.menu.open', { name: present.name }), icon: <SquareArrowOutUpRight /> },
      onSelect: () => navigate(`/sandboxes/${present.id}/snapshots`),
    }
    const take: MenuItem = {
      ...{ key: 'take', label: t('snapshots.menu.take'), icon: <Camera />, disabled },
      onSelect: () => onDialog({ kind: 'take' }),
    }
    return [
      [own ? take : open, fork({ kind: 'sandbox', sandbox: present })],
      [compareOther(key), compareImage(key, present.imageDigest)],
    ]
  }
  return (node) => {
    if (node.kind === 'snapshot') return ofSnapshot(node)
    if (node.kind === 'head') return ofHead(node.key, node.sandbox)
    const images: MenuItem = {
      ...{ key: 'images', label: t('snapshots.menu.open', { name: node.image }), icon: <PackageOpen /> },
      onSelect: () => navigate('/images'),
    }
    return [[images]]
  }
}

/** Asks before a snapshot is lost: what that frees, and what stands on it. */
export function removeQuestion(snapshot: Snapshot, usages: SnapshotUsages | null): Question {
  const { name, id } = snapshot
  const usage = usages?.get(id)
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
