import { SquareTerminal } from 'lucide-react'
import { type CSSProperties, Fragment, type ReactNode, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import {
  type Direction,
  focusedPane,
  focusPane,
  keyOf,
  moveLine,
  type Pane,
  type TabKey,
} from '../../store/dock-layout.ts'
import { changeLayout, useDock } from '../../store/dock-store.ts'
import { openNewDialog } from './dialog-store.ts'
import { hideDock } from './dock-actions.ts'
import { DockBar } from './dock-bar.tsx'
import type { DockItem } from './dock-items.ts'
import { DockPanel } from './dock-panel.tsx'
import { Line } from './line.tsx'

interface Props {
  readonly items: ReadonlyMap<TabKey, DockItem>
  readonly hidden: boolean
}

/**
 * All parts of the dock in one grid. What a tab shows is placed beside the bars and not within a pane, so that a terminal
 * that moves from one pane to another is the same element as before, with all that it shows.
 */
export function DockPanes({ items, hidden }: Props): ReactNode {
  const { t } = useTranslation()
  const grid = useRef<HTMLDivElement>(null)
  const layout = useDock((state) => state.layout)
  const { panes, direction } = layout
  const focused = focusedPane(layout)
  const shares = panes.reduce((sum, { share }) => sum + share, 0)
  const whole = (): number => (direction === 'row' ? grid.current?.clientWidth : grid.current?.clientHeight) ?? 1
  const toolsAt = direction === 'row' ? panes.length - 1 : 0
  return (
    <div ref={grid} className="dock-grid" hidden={hidden} style={gridStyle(panes, direction)}>
      {panes.length === 0 && <NoTabs />}
      {panes.map((pane, index) => (
        <Fragment key={pane.id}>
          <DockBar
            pane={pane}
            items={items}
            focused={pane === focused}
            label={panes.length > 1 ? t('dock.tabsOf', { number: index + 1 }) : t('dock.tabs')}
            hasTools={index === toolsAt}
            style={placeOf(index, 0, direction)}
          />
          {index < panes.length - 1 && (
            <Line
              label={t('dock.line')}
              lies={direction === 'row' ? 'upright' : 'across'}
              value={pane.share / shares}
              onMove={(by) => changeLayout((before) => moveLine(before, index, by * shares))}
              whole={whole}
              style={linePlace(index, direction)}
            />
          )}
        </Fragment>
      ))}
      {inOrder(items).map((item) => {
        const index = panes.findIndex(({ tabs }) => tabs.some((tab) => keyOf(tab) === item.key))
        const pane = panes[index]
        if (!pane) return null
        return (
          <DockPanel
            key={item.key}
            item={item}
            shown={!hidden && pane.active === item.key}
            style={placeOf(index, 1, direction)}
            onFocus={() => changeLayout((before) => focusPane(before, pane.id))}
          />
        )
      })}
    </div>
  )
}

/** In an order that no move of a tab changes: an element that is put elsewhere would lose what it has scrolled to. */
function inOrder(items: ReadonlyMap<TabKey, DockItem>): readonly DockItem[] {
  return [...items.values()].sort((one, other) => one.key.localeCompare(other.key))
}

function gridStyle(panes: readonly Pane[], direction: Direction): CSSProperties {
  if (panes.length === 0) return {}
  const parts = panes.map(({ share }) => `minmax(0, ${share}fr)`)
  if (direction === 'row') return { gridTemplateColumns: parts.join(' auto '), gridTemplateRows: 'auto minmax(0, 1fr)' }
  return { gridTemplateColumns: 'minmax(0, 1fr)', gridTemplateRows: parts.map((part) => `auto ${part}`).join(' auto ') }
}

/** Of the bar of a pane (0) and of what it shows (1). */
function placeOf(index: number, part: 0 | 1, direction: Direction): CSSProperties {
  return direction === 'row'
    ? { gridColumn: 2 * index + 1, gridRow: part + 1 }
    : { gridColumn: 1, gridRow: 3 * index + part + 1 }
}

function linePlace(index: number, direction: Direction): CSSProperties {
  return direction === 'row'
    ? { gridColumn: 2 * index + 2, gridRow: '1 / 3' }
    : { gridColumn: 1, gridRow: 3 * index + 3 }
}

function NoTabs(): ReactNode {
  const { t } = useTranslation()
  return (
    <EmptyState
      title={t('dock.emptyTitle')}
      text={t('dock.emptyText')}
      picture={<SquareTerminal size={40} strokeWidth={1.25} />}
    >
      <Button onClick={() => openNewDialog()}>{t('dock.newWith')}</Button>
      <Button kind="quiet" onClick={hideDock}>
        {t('dock.hide')}
      </Button>
    </EmptyState>
  )
}
