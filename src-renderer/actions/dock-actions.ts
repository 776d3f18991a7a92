import type { Sandbox } from '#contract/sandbox'
import type { Terminal } from '#contract/terminal'
import { canDo } from '../model/sandbox-abilities.ts'
import { agentStore } from '../store/agent-store.ts'
import { type DockTab, keyOf, tabsOf } from '../store/dock-layout.ts'
import { dockStore, showTab } from '../store/dock-store.ts'
import { terminalsOf } from '../store/terminal-slice.ts'
import { openShell, type ShellWish } from './sandbox-actions.ts'

export function tabOfTerminal({ sandboxId, id, kind }: Pick<Terminal, 'sandboxId' | 'id' | 'kind'>): DockTab {
  return { kind: 'terminal', sandboxId, terminal: kind === 'main' ? 'main' : id }
}

/** Shows the terminals of a sandbox: those in the dock, else those it has, else a new one. */
export async function showTerminals(sandbox: Sandbox): Promise<void> {
  const { layout } = dockStore.getState()
  const ofIt = tabsOf(layout).filter(({ kind, sandboxId }) => kind === 'terminal' && sandboxId === sandbox.id)
  const inFront = new Set(layout.panes.map(({ active }) => active))
  const known = ofIt.find((tab) => inFront.has(keyOf(tab))) ?? ofIt[0]
  if (known) return showTab(known)
  const present = terminalsOf(agentStore.getState().terminals, sandbox.id).filter(({ state }) => state === 'running')
  const [first] = present
  if (!first) return openInDock(sandbox)
  for (const terminal of present) showTab(tabOfTerminal(terminal))
  showTab(tabOfTerminal(first))
}

interface Place {
  readonly beside?: boolean
}

/** A new shell in the dock, where one can be opened. What prevents it is said. */
export async function openInDock(
  sandbox: Sandbox,
  wish: ShellWish = {},
  { beside = false }: Place = {},
): Promise<void> {
  if (!canDo('openTerminal', sandbox)) return
  const opened = await openShell(sandbox, wish)
  if (opened) showTab(tabOfTerminal(opened), { beside })
}

export function showLog({ id }: Pick<Sandbox, 'id'>): void {
  showTab({ kind: 'log', sandboxId: id })
}

/** What the kernel of a micro-VM said. */
export function showConsole({ id }: Pick<Sandbox, 'id'>): void {
  showTab({ kind: 'console', sandboxId: id })
}
