import type { TFunction } from 'i18next'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Sandbox } from '#contract/sandbox'
import type { Terminal } from '#contract/terminal'
import { useAgent } from '../../store/agent-store.ts'
import { type DockLayout, type DockTab, keyOf, type TabKey, tabsOf } from '../../store/dock-layout.ts'
import { useDock } from '../../store/dock-store.ts'
import type { Terminals } from '../../store/terminal-slice.ts'
import { type Mark, useTerminals } from '../../store/terminals-store.ts'
import { nameTerminals } from './name-terminals.ts'

/** A tab of the dock with what is known of it. */
export interface DockItem {
  readonly key: TabKey
  readonly tab: DockTab
  /** Undefined until the agent's state has arrived. */
  readonly sandbox: Sandbox | undefined
  readonly terminal: Terminal | undefined
  /** The terminal ended with the agent. */
  readonly lost: boolean
  readonly title: string
  readonly mark: Mark | undefined
}

/** The tabs of the dock by their keys. */
export function useDockItems(): ReadonlyMap<TabKey, DockItem> {
  const { t } = useTranslation()
  const layout = useDock((state) => state.layout)
  const sandboxes = useAgent((state) => state.sandboxes)
  const present = useAgent((state) => state.terminals)
  const lost = useTerminals((state) => state.lost)
  const titles = useTerminals((state) => state.titles)
  const marks = useTerminals((state) => state.marks)
  return useMemo(
    () => findItems(layout, { sandboxes, present, lost, titles, marks, t }),
    [layout, sandboxes, present, lost, titles, marks, t],
  )
}

interface Known {
  readonly sandboxes: ReadonlyMap<string, Sandbox>
  readonly present: Terminals
  readonly lost: Terminals
  readonly titles: ReadonlyMap<string, string>
  readonly marks: ReadonlyMap<string, Mark>
  readonly t: TFunction
}

function findItems(layout: DockLayout, known: Known): ReadonlyMap<TabKey, DockItem> {
  return new Map(
    tabsOf(layout).map((tab): [TabKey, DockItem] => {
      const key = keyOf(tab)
      const found = findItem(tab, known)
      return [key, { key, tab, ...found, title: layout.names[key] ?? found.title }]
    }),
  )
}

function findItem(tab: DockTab, known: Known): Omit<DockItem, 'key' | 'tab'> {
  const { sandboxes, marks, t } = known
  const sandbox = sandboxes.get(tab.sandboxId)
  if (tab.kind !== 'terminal')
    return { sandbox, title: t(`dock.${tab.kind}`), terminal: undefined, mark: undefined, lost: false }
  const named = nameTerminals({ ...known, sandboxId: tab.sandboxId, mainTitle: t('dock.main') })
  const found = named.find(({ terminal: { id, kind } }) =>
    tab.terminal === 'main' ? kind === 'main' : id === tab.terminal,
  )
  if (!found) return { sandbox, title: t('dock.main'), terminal: undefined, mark: undefined, lost: false }
  return { sandbox, ...found, mark: marks.get(found.terminal.id) }
}

/** How a tab is called wherever it stands beside those of other sandboxes. */
export function fullTitle({ title, sandbox, tab }: DockItem, t: TFunction): string {
  return t('dock.tabName', { title, name: sandbox?.name ?? tab.sandboxId })
}
