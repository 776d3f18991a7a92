import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { AgentState } from './agent-state.ts'
import { agentStore } from './agent-store.ts'
import {
  activeTab,
  chooseTab,
  closeTab,
  type DockLayout,
  type DockTab,
  focusedPane,
  keepTabs,
  keyOf,
  openTab,
  readLayout,
  storedLayout,
  type TabKey,
} from './dock-layout.ts'
import { terminalsStore } from './terminals-store.ts'

/** `full`: it has the place of the page too. */
export type DockView = 'closed' | 'open' | 'full'

interface DockState {
  readonly layout: DockLayout
  readonly view: DockView
  /** What it takes of the window's height while it is open. */
  readonly height: number
  /** What is typed goes to every terminal in sight. Never kept: nobody may be surprised by it. */
  readonly toAll: boolean
  /** The tab that gets the focus as soon as it is there. */
  readonly wanted: TabKey | null
}

const key = 'joey.dock'
const usual = { view: 'closed', height: 0.42 } as const

export function clampHeight(height: number): number {
  return Number.isFinite(height) ? Math.min(0.8, Math.max(0.2, height)) : usual.height
}

/** Whatever was stored, by another version or by hand, gives a usable dock. */
export function readDock(stored: string | null): DockState {
  const raw = parseRecord(stored)
  const layout = readLayout(raw['layout'])
  const view = raw['view'] === 'open' || raw['view'] === 'full' ? raw['view'] : usual.view
  return { layout, view, height: clampHeight(Number(raw['height'] ?? usual.height)), toAll: false, wanted: null }
}

function parseRecord(stored: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(stored ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

export const dockStore = createStore<DockState>(() => readDock(localStorage.getItem(key)))

export function useDock<Slice>(select: (state: DockState) => Slice): Slice {
  return useStore(dockStore, select)
}

/** Changes the layout; the tab that is then in front gets the focus where that is wished. */
export function changeLayout(change: (layout: DockLayout) => DockLayout, { focus = false } = {}): void {
  dockStore.setState(({ layout, wanted }) => {
    const next = change(layout)
    return { layout: next, wanted: focus ? (focusedPane(next)?.active ?? null) : wanted }
  })
}

/** Opens the dock with this tab in front, and leads into it. */
export function showTab(tab: DockTab, options: { readonly beside?: boolean } = {}): void {
  changeLayout((layout) => openTab(layout, tab, options), { focus: true })
  if (dockStore.getState().view === 'closed') setDockView('open')
}

/** Brings a tab to the front, and leads into it unless the focus is to stay where it is. */
export function chooseDockTab(chosen: TabKey, { focus = true } = {}): void {
  changeLayout((layout) => chooseTab(layout, chosen), { focus })
}

/** The tab has the focus now. */
export function tookFocus(taken: TabKey): void {
  if (dockStore.getState().wanted === taken) dockStore.setState({ wanted: null })
}

export function setDockView(view: DockView): void {
  dockStore.setState({ view })
}

/** Opens it where it is closed, and leads into what is in front. One that is open and empty has nothing to lead into, and closes. */
export function enterDock(): void {
  const { layout, view } = dockStore.getState()
  if (view !== 'closed' && layout.panes.length === 0) return setDockView('closed')
  dockStore.setState({ view: view === 'closed' ? 'open' : view, wanted: focusedPane(layout)?.active ?? null })
}

export function setDockHeight(height: number): void {
  dockStore.setState({ height: clampHeight(height) })
}

export function setToAll(toAll: boolean): void {
  dockStore.setState({ toAll })
}

/** Tabs that the person has closed and the agent has yet to: what comes in their place gets the focus. */
const closing = new Set<TabKey>()

/** Says that the agent was asked to close the terminal of this tab. */
export function expectClose(closed: TabKey): void {
  closing.add(closed)
}

/** Takes a tab out of the dock; the terminal behind it is not touched. */
export function dropTab(dropped: TabKey): void {
  changeLayout((layout) => closeTab(layout, dropped), { focus: true })
}

/** Keeps the layout over a restart of the window, and takes out what the agent has no more. Started once; returns its undo. */
export function followDock(): () => void {
  const offAgent = agentStore.subscribe((now, before) => {
    if (now.seq === null || now.stale) return
    const { layout } = dockStore.getState()
    const left = keepTabs(layout, (tab) => isThere(tab, now, before))
    if (left === layout) return
    const gone = activeTab(layout)
    const isExpected = gone !== undefined && closing.delete(keyOf(gone))
    dockStore.setState(({ wanted }) => ({
      layout: left,
      wanted: isExpected ? (focusedPane(left)?.active ?? null) : wanted,
    }))
  })
  const offStore = dockStore.subscribe(({ layout, view, height }, before) => {
    if (layout === before.layout && view === before.view && height === before.height) return
    localStorage.setItem(key, JSON.stringify({ layout: storedLayout(layout), view, height }))
  })
  return () => {
    offAgent()
    offStore()
  }
}

/** A terminal whose opening was answered before it was announced is not yet known, and stays; after a gap all are known. */
function isThere(tab: DockTab, now: AgentState, before: AgentState): boolean {
  const sandbox = now.sandboxes.get(tab.sandboxId)
  if (!sandbox) return false
  if (tab.kind !== 'terminal') return tab.kind === 'log' || sandbox.class === 'microvm'
  if (tab.terminal === 'main') return sandbox.spec.tty
  if (now.terminals.has(tab.terminal) || terminalsStore.getState().lost.has(tab.terminal)) return true
  const isWhole = before.seq === null || before.stale
  return !isWhole && !before.terminals.has(tab.terminal)
}
