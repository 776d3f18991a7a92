import { Bell, Columns2, MoveLeft, MoveRight, Pencil, ScrollText, SquareTerminal, X } from 'lucide-react'
import { type DragEvent, type KeyboardEvent, type MouseEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import { findMain } from '../../components/layer.ts'
import { type MenuItem, RightClickMenu } from '../../components/menu.tsx'
import { shiftTab, splitTab, type TabKey } from '../../store/dock-layout.ts'
import { changeLayout, chooseDockTab } from '../../store/dock-store.ts'
import { openRename } from './dialog-store.ts'
import { closeItem } from './dock-actions.ts'
import { type DockItem, fullTitle } from './dock-items.ts'
import { panelId, tabId } from './dock-panel.tsx'
import { draggedTab, isTabDrag, startTabDrag } from './tab-drag.ts'

interface Props {
  readonly item: DockItem
  readonly active: boolean
  readonly onDropped: (dragged: TabKey, behind: boolean) => void
}

export function DockTab({ item, active, onDropped }: Props): ReactNode {
  const { t } = useTranslation()
  const { key, title, sandbox, terminal, tab, lost, mark } = item
  const { drop, targets } = useTabDrop(onDropped)
  const name = fullTitle(item, t)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Delete') closeItem(item)
    else if (event.key === 'F2') openRename(key)
    else if (event.key === 'Enter' || event.key === ' ') chooseDockTab(key)
    else if (event.key === 'Escape') findMain()?.focus()
    else return
    event.preventDefault()
  }
  return (
    <RightClickMenu groups={useTabMenu(item)}>
      <button
        type="button"
        role="tab"
        id={tabId(key)}
        aria-controls={panelId(key)}
        aria-selected={active}
        aria-keyshortcuts="Delete F2"
        tabIndex={active ? 0 : -1}
        className="dock-tab"
        title={name}
        draggable
        data-ended={lost || terminal?.state === 'exited'}
        data-drop={drop}
        onClick={() => chooseDockTab(key)}
        onDoubleClick={() => openRename(key)}
        onKeyDown={onKeyDown}
        onAuxClick={(event) => event.button === 1 && closeItem(item)}
        onDragStart={(event) => startTabDrag(event, key)}
        {...targets}
      >
        {tab.kind === 'terminal' ? <SquareTerminal aria-hidden="true" /> : <ScrollText aria-hidden="true" />}
        <span className="truncate">
          <span className="dock-tab-title">{title}</span>
          <span className="dock-tab-sandbox">{` · ${sandbox?.name ?? tab.sandboxId}`}</span>
          {mark && <span className="visually-hidden">{`, ${t(`dock.mark.${mark}`)}`}</span>}
        </span>
        {mark === 'bell' ? <Bell className="dock-bell" aria-hidden="true" /> : mark && <span className="dock-mark" />}
        <CloseMark title={name} onClose={() => closeItem(item)} />
      </button>
    </RightClickMenu>
  )
}

/** Takes another tab before or behind itself, whichever half it is dropped on. */
function useTabDrop(onDropped: Props['onDropped']) {
  const [drop, setDrop] = useState<'before' | 'behind'>()
  const sideOf = (event: DragEvent): 'before' | 'behind' => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return event.clientX < left + width / 2 ? 'before' : 'behind'
  }
  const targets = {
    onDragOver: (event: DragEvent): void => {
      if (!isTabDrag(event)) return
      event.preventDefault()
      setDrop(sideOf(event))
    },
    onDragLeave: () => setDrop(undefined),
    onDrop: (event: DragEvent): void => {
      if (!isTabDrag(event)) return
      event.preventDefault()
      event.stopPropagation()
      setDrop(undefined)
      onDropped(draggedTab(event), sideOf(event) === 'behind')
    },
  }
  return { drop, targets }
}

function useTabMenu(item: DockItem): readonly (readonly MenuItem[])[] {
  const { t } = useTranslation()
  const [, navigate] = useLocation()
  const { key, sandbox, title } = item
  const shift = (step: 1 | -1) => () => changeLayout((layout) => shiftTab(layout, key, step), { focus: true })
  return [
    [
      { key: 'rename', label: t('dock.rename'), icon: <Pencil />, keys: 'F2', onSelect: () => openRename(key) },
      {
        ...{ key: 'aside', label: t('dock.aside'), icon: <Columns2 /> },
        onSelect: () => changeLayout((layout) => splitTab(layout, key), { focus: true }),
      },
      { key: 'left', label: t('dock.moveLeft'), icon: <MoveLeft />, keys: 'Ctrl Shift PgUp', onSelect: shift(-1) },
      { key: 'right', label: t('dock.moveRight'), icon: <MoveRight />, keys: 'Ctrl Shift PgDn', onSelect: shift(1) },
    ],
    sandbox
      ? [
          {
            ...{ key: 'go', label: t('dock.goTo', { name: sandbox.name }) },
            onSelect: () => navigate(`/sandboxes/${sandbox.id}`),
          },
        ]
      : [],
    [{ key: 'close', label: t('dock.close', { title }), icon: <X />, keys: 'Del', onSelect: () => closeItem(item) }],
  ]
}

/** For the mouse alone: a button within a tab cannot be reached by screen readers, for whom Delete closes the tab. */
function CloseMark({ title, onClose }: { readonly title: string; readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation()
  const close = (event: MouseEvent): void => {
    event.stopPropagation()
    onClose()
  }
  // Without this the press would choose the tab, and take the focus from where it is.
  const keepFocus = (event: MouseEvent): void => {
    event.stopPropagation()
    event.preventDefault()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- Delete on the tab does the same
    <span
      className="dock-tab-close"
      aria-hidden="true"
      title={t('dock.close', { title })}
      onMouseDown={keepFocus}
      onClick={close}
    >
      <X />
    </span>
  )
}
