import type { CSSProperties, DragEvent, KeyboardEvent, ReactNode } from 'react'
import { keyOf, type Pane, placeTab, type TabKey } from '../../store/dock-layout.ts'
import { changeLayout, chooseDockTab } from '../../store/dock-store.ts'
import type { DockItem } from './dock-items.ts'
import { DockTab } from './dock-tab.tsx'
import { DockTools, NewButton } from './dock-tools.tsx'
import { draggedTab, isTabDrag } from './tab-drag.ts'

interface Props {
  readonly pane: Pane
  readonly items: ReadonlyMap<TabKey, DockItem>
  readonly focused: boolean
  readonly label: string
  /** Holds the tools of the whole dock. */
  readonly hasTools: boolean
  readonly style: CSSProperties
}

/** The tabs of a pane. To press one is to go on typing in it. */
export function DockBar({ pane, items, focused, label, hasTools, style }: Props): ReactNode {
  const shown = pane.tabs.flatMap((tab) => items.get(keyOf(tab)) ?? [])
  const at = shown.findIndex(({ key }) => key === pane.active)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const moves: Readonly<Record<string, number>> = {
      ...{ ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: shown.length - 1 },
    }
    const to = moves[event.key]
    const next = to === undefined ? undefined : shown.at(to % shown.length)
    if (!next) return
    event.preventDefault()
    showOnly(next.key)
  }
  const onDrop = (event: DragEvent): void => {
    if (!isTabDrag(event)) return
    event.preventDefault()
    putAt(draggedTab(event), pane, pane.tabs.length)
  }
  return (
    <div className="dock-pane-bar" data-focused={focused} style={style}>
      {/* oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- its tabs are what is focused */}
      <div
        role="tablist"
        aria-label={label}
        className="dock-tabs"
        onKeyDown={onKeyDown}
        onDragOver={(event) => isTabDrag(event) && event.preventDefault()}
        onDrop={onDrop}
      >
        {shown.map((item, index) => (
          <DockTab
            key={item.key}
            item={item}
            active={item.key === pane.active}
            onDropped={(dragged, behind) => putAt(dragged, pane, index + (behind ? 1 : 0))}
          />
        ))}
      </div>
      <NewButton />
      {hasTools && <DockTools />}
    </div>
  )
}

/** Chosen from its bar by an arrow key, which stays there. */
function showOnly(key: TabKey): void {
  chooseDockTab(key, { focus: false })
  document.getElementById(`tab-${key}`)?.focus()
}

/** The place is counted with the tab itself where it is in the same pane. */
function putAt(key: TabKey, pane: Pane, index: number): void {
  const from = pane.tabs.findIndex((tab) => keyOf(tab) === key)
  changeLayout(
    (layout) => placeTab(layout, key, { pane: pane.id, index: from >= 0 && from < index ? index - 1 : index }),
    { focus: true },
  )
}
