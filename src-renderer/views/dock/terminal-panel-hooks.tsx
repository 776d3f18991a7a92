import type { Terminal as Screen } from '@xterm/xterm'
import { Columns2, Pencil, Plus, X } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Sandbox } from '#contract/sandbox'
import { upload } from '../../actions/file-actions.ts'
import type { MenuItem } from '../../components/menu.tsx'
import { toSafePaste } from '../../model/plain-text.ts'
import { joinShellWords } from '../../model/shell-words.ts'
import { useDock } from '../../store/dock-store.ts'
import { createBroadcast } from '../../terminal/broadcast.ts'
import { useFileDrop } from '../files/use-file-drop.ts'
import { openRename } from './dialog-store.ts'
import { closeItem, openAnother } from './dock-actions.ts'
import type { DockItem } from './dock-items.ts'

/** Who takes part decides for itself, by being in sight. */
const toEveryone = createBroadcast()
toEveryone.setOn(true)

/** The screen of a terminal, for what is done beside showing it. */
export function useKeptScreen(): readonly [Screen | null, (screen: Screen) => () => void] {
  const [screen, setScreen] = useState<Screen | null>(null)
  const keep = useMemo(
    () => (made: Screen) => {
      setScreen(made)
      return () => setScreen(null)
    },
    [],
  )
  return [screen, keep]
}

/** Lets what is typed into one terminal in sight go to all of them, where the person wants that. */
export function useTypingToAll(screen: Screen | null, shown: boolean): void {
  const toAll = useDock((state) => state.toAll)
  useEffect(() => (screen && shown && toAll ? toEveryone.add(screen) : undefined), [screen, shown, toAll])
}

const uploadFolder = '/tmp'

/** The words that a shell takes for the files that were put into the sandbox. */
export function pathWords(paths: readonly string[]): string {
  const names = paths.map((path) => `${uploadFolder}/${path.split('/').findLast((part) => part !== '') ?? ''}`)
  return toSafePaste(joinShellWords(names)).replaceAll('\n', '')
}

/** Puts dropped files into the sandbox, and their paths where a person was typing. */
export function useUploadDrop({ id }: Sandbox, screen: Screen | null): ReturnType<typeof useFileDrop> {
  return useFileDrop((paths) =>
    upload(paths, {
      ...{ tree: `sandbox:${id}`, target: uploadFolder },
      onDone: () => {
        screen?.paste(`${pathWords(paths)} `)
        screen?.focus()
      },
    }),
  )
}

/** What can be done with a terminal beside its text. */
export function useTerminalMenu(item: DockItem): readonly MenuItem[] {
  const { t } = useTranslation()
  return [
    { key: 'new', label: t('dock.new'), icon: <Plus />, keys: 'Ctrl Shift T', onSelect: () => openAnother() },
    {
      ...{ key: 'split', label: t('dock.split'), icon: <Columns2 />, keys: 'Ctrl Shift D' },
      onSelect: () => openAnother({ beside: true }),
    },
    { key: 'rename', label: t('dock.rename'), icon: <Pencil />, onSelect: () => openRename(item.key) },
    {
      ...{ key: 'close', label: t('dock.close', { title: item.title }), icon: <X />, keys: 'Ctrl Shift W' },
      onSelect: () => closeItem(item),
    },
  ]
}
