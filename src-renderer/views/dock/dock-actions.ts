import type { Sandbox } from '#contract/sandbox'
import { openInDock } from '../../actions/dock-actions.ts'
import type { ShellWish } from '../../actions/sandbox-actions.ts'
import { closeWithCare } from '../../actions/terminal-actions.ts'
import { findMain } from '../../components/layer.ts'
import { agentStore } from '../../store/agent-store.ts'
import { activeTab, shiftTab, stepPane, stepTab } from '../../store/dock-layout.ts'
import { changeLayout, dockStore, dropTab, enterDock, expectClose, setDockView } from '../../store/dock-store.ts'
import { dropLostTerminal } from '../../store/terminals-store.ts'
import type { TerminalsKey } from '../../terminal/terminal-keys.ts'
import type { DockItem } from './dock-items.ts'

/** Takes the tab out of the dock. A shell is closed with it; a main process, which is the sandbox's, goes on. */
export function closeItem({ key, sandbox, terminal, lost, title }: DockItem): void {
  const { layout } = dockStore.getState()
  const active = activeTab(layout)
  if (lost && terminal) {
    dropLostTerminal(terminal.id)
    return dropTab(key)
  }
  if (!terminal || terminal.kind === 'main') return dropTab(key)
  expectClose(key)
  void closeWithCare(terminal.id, { title, name: sandbox?.name ?? terminal.sandboxId })
  // The tab that is closed may have the focus, which would be nowhere without it.
  if (active) enterDock()
}

/** Opens another in the place of one that has ended. */
export async function openAgain(item: DockItem, sandbox: Sandbox): Promise<void> {
  const wish: ShellWish = item.terminal ? { argv: item.terminal.argv } : {}
  await openInDock(sandbox, wish)
  closeItem(item)
}

/** The sandbox that a new terminal is meant for: that of the tab in front. */
export function findSubject(): Sandbox | undefined {
  const tab = activeTab(dockStore.getState().layout)
  return tab && agentStore.getState().sandboxes.get(tab.sandboxId)
}

export function openAnother(place: { readonly beside?: boolean } = {}): void {
  const sandbox = findSubject()
  if (sandbox) void openInDock(sandbox, {}, place)
}

export function toggleFull(): void {
  setDockView(dockStore.getState().view === 'full' ? 'open' : 'full')
  enterDock()
}

export function hideDock(): void {
  setDockView('closed')
  // The page may have had no place until now, and what has none takes no focus.
  requestAnimationFrame(() => findMain()?.focus())
}

/** Does what a key means for the tab in front. */
export function runDockKey(key: TerminalsKey, item: DockItem | undefined): void {
  switch (key) {
    case 'newTerminal':
      return openAnother()
    case 'split':
      return openAnother({ beside: true })
    case 'closeTerminal':
      return item && closeItem(item)
    case 'nextTerminal':
      return changeLayout((layout) => stepTab(layout, 1), { focus: true })
    case 'previousTerminal':
      return changeLayout((layout) => stepTab(layout, -1), { focus: true })
    case 'nextPane':
      return changeLayout((layout) => stepPane(layout, 1), { focus: true })
    case 'previousPane':
      return changeLayout((layout) => stepPane(layout, -1), { focus: true })
    case 'moveRight':
    case 'moveLeft':
      return item && changeLayout((layout) => shiftTab(layout, item.key, key === 'moveRight' ? 1 : -1), { focus: true })
    case 'full':
      return toggleFull()
    case 'hide':
      return hideDock()
    case 'leave':
      return document.querySelector<HTMLElement>('.dock-pane-bar[data-focused="true"] [aria-selected="true"]')?.focus()
  }
}
