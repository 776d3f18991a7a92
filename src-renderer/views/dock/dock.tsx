import { ChevronUp } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'
import { activeTab, keyOf } from '../../store/dock-layout.ts'
import { enterDock, setDockHeight, setDockView, useDock } from '../../store/dock-store.ts'
import { findTerminalKey, isTerminalsKey } from '../../terminal/terminal-keys.ts'
import { runDockKey } from './dock-actions.ts'
import { DockDialogs } from './dock-dialogs.tsx'
import { type DockItem, useDockItems } from './dock-items.ts'
import { DockPanes } from './dock-panes.tsx'
import { Line } from './line.tsx'
import './dock.css'

/** Terminals and logs of any sandbox at the foot of the window. They are mounted once and stay when pages change. */
export function Dock(): ReactNode {
  const { t } = useTranslation()
  const view = useDock((state) => state.view)
  const height = useDock((state) => state.height)
  const front = useDock(({ layout }) => activeTab(layout))
  const items = useDockItems()
  usePageAgain()
  const onKeyDown = (event: KeyboardEvent): void => {
    // What a terminal has taken comes up here too.
    if (event.defaultPrevented) return
    const key = findTerminalKey(event.nativeEvent)
    if (key === null || !isTerminalsKey(key)) return
    event.preventDefault()
    runDockKey(key, front && items.get(keyOf(front)))
  }
  return (
    <section
      className="dock"
      aria-label={t('dock.label')}
      data-view={view}
      data-own-keys={view === 'closed' ? undefined : true}
      style={view === 'open' ? { height: `${height * 100}%` } : undefined}
      onKeyDown={onKeyDown}
    >
      {view === 'closed' && <ClosedBar items={items} />}
      {view === 'open' && <HeightLine height={height} />}
      <DockPanes items={items} hidden={view === 'closed'} />
      <DockDialogs items={items} />
    </section>
  )
}

/** Whoever goes to a page wants to see it. */
function usePageAgain(): void {
  const [location] = useLocation()
  const last = useRef(location)
  const view = useDock((state) => state.view)
  useEffect(() => {
    if (last.current === location) return
    last.current = location
    if (view === 'full') setDockView('open')
  }, [location, view])
}

/** What is left of it in sight: the way back, and whether something has happened meanwhile. */
function ClosedBar({ items }: { readonly items: ReadonlyMap<string, DockItem> }): ReactNode {
  const { t } = useTranslation()
  const marks = [...items.values()].flatMap(({ mark }) => (mark ? [mark] : []))
  const mark = marks.includes('bell') ? 'bell' : marks[0]
  return (
    <button
      type="button"
      className="dock-closed"
      aria-expanded={false}
      aria-keyshortcuts="Control+`"
      onClick={enterDock}
    >
      <ChevronUp aria-hidden="true" />
      {t('dock.label')}
      {items.size > 0 && <span className="dock-count">{items.size}</span>}
      {mark && <span className="visually-hidden">{`, ${t(`dock.mark.${mark}`)}`}</span>}
      {mark && <span className="dock-mark" data-mark={mark} />}
    </button>
  )
}

function HeightLine({ height }: { readonly height: number }): ReactNode {
  const { t } = useTranslation()
  return (
    <Line
      label={t('dock.height')}
      lies="across"
      value={height}
      onMove={(by) => setDockHeight(height - by)}
      whole={() => document.querySelector('.workplace')?.clientHeight ?? 1}
    />
  )
}
