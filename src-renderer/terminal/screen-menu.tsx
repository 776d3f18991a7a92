import { Copy, Eraser, Search, TextSelect } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { copyToClipboard } from '../components/copy-button.tsx'
import { type MenuItem, RightClickMenu } from '../components/menu.tsx'
import type { XtermScreen } from './create-screen.ts'

interface Props {
  readonly screen: XtermScreen | null
  readonly onFind: () => void
  readonly more: readonly MenuItem[]
  readonly children: ReactNode
}

/**
 * The menu of a right-click in a terminal. It has no Paste: the page may not read the clipboard, only be given what a
 * person pastes by key.
 */
export function ScreenMenu({ screen, onFind, more, children }: Props): ReactNode {
  const { t } = useTranslation()
  const [selected, setSelected] = useState(false)
  const terminal = screen?.terminal
  const copy = (): void => {
    if (terminal) void copyToClipboard(terminal.getSelection(), t('common.copyFailed'))
  }
  return (
    <RightClickMenu
      disabled={!terminal}
      onOpenChange={(open) => open && setSelected(terminal?.hasSelection() ?? false)}
      onCloseAutoFocus={(event) => {
        event.preventDefault()
        if (document.activeElement === document.body) terminal?.focus()
      }}
      groups={[
        [
          {
            ...{ key: 'copy', label: t('dock.copy'), icon: <Copy />, keys: 'Ctrl Shift C' },
            ...{ disabled: !selected, onSelect: copy },
          },
          {
            ...{ key: 'all', label: t('dock.selectAll'), icon: <TextSelect /> },
            onSelect: () => terminal?.selectAll(),
          },
          { key: 'find', label: t('dock.findIt'), icon: <Search />, keys: 'Ctrl Shift F', onSelect: onFind },
          {
            ...{ key: 'clear', label: t('dock.clear'), icon: <Eraser />, keys: 'Ctrl Shift K' },
            onSelect: () => terminal?.clear(),
          },
        ],
        more,
      ]}
    >
      {children}
    </RightClickMenu>
  )
}
