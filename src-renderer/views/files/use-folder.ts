import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FileEntry } from '#contract/files'
import { change } from '../../actions/file-actions.ts'
import { joinPath } from '../../model/file-content.ts'
import { folderStore } from '../../store/files-store.ts'
import { ask } from '../../store/ui-store.ts'
import type { NameWish } from './name-dialog.tsx'

/** What a dialog over the folder is about. */
export type FolderDialog = { readonly kind: 'mode'; readonly entry: FileEntry } | NameWish

interface Place {
  readonly tree: string
  readonly path: string
  /** A tree, or empty for the image. */
  readonly against: string
}

/** The folder that is shown, and what is selected in it. */
export interface Folder extends Omit<Place, 'against'> {
  readonly entries: readonly FileEntry[]
  /** Names. */
  readonly selected: ReadonlySet<string>
  readonly select: (names: ReadonlySet<string>) => void
  /** What is selected and exists. */
  readonly chosen: readonly FileEntry[]
  /** Their paths. */
  readonly paths: readonly string[]
  /** Reads the folder anew. */
  readonly read: () => void
  /** The same, and shows what was read before until then. */
  readonly refresh: () => void
  /** Refreshes when some work is done. */
  readonly after: (work: Promise<unknown>) => Promise<void>
  /** Deletes what is chosen, after a question. */
  readonly askDelete: () => void
}

export function useFolder({ tree, path, against }: Place): Folder {
  const { t } = useTranslation()
  const answer = folderStore.useAnswer()
  const [selected, select] = useState<ReadonlySet<string>>(new Set())
  const query = { tree, path, against: against === '' ? undefined : against }
  const refresh = (): void => void folderStore.load(query, { keep: true })
  useEffect(() => {
    void folderStore.load({ tree, path, against: against === '' ? undefined : against })
  }, [tree, path, against])

  const entries = answer.kind === 'ready' && answer.value.path === path ? answer.value.entries : []
  const chosen = entries.filter(({ name, mark }) => selected.has(name) && mark !== 'deleted')
  const paths = chosen.map(({ name }) => joinPath(path, name))
  const after = async (work: Promise<unknown>): Promise<void> => {
    await work
    refresh()
  }
  const askDelete = (): void =>
    ask({
      title: t('files.removeTitle', { count: paths.length }),
      text: t('files.removeText'),
      list: paths.slice(0, 20),
      confirm: t('files.remove').replace('…', ''),
      danger: true,
      onConfirm: () => void after(change(tree, { kind: 'delete', paths })),
    })
  const read = (): void => void folderStore.load(query, { keep: false })
  return { tree, path, entries, selected, select, chosen, paths, read, refresh, after, askDelete }
}
