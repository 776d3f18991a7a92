import * as z from 'zod'
import { SandboxId } from '#contract/sandbox'
import { TerminalId } from '#contract/terminal'

const Subject = { sandboxId: SandboxId }
/** What stands in the dock. The terminal of a main process has another id after each start of the agent, so it is `main`. */
const DockTab = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('terminal'), ...Subject, terminal: z.union([z.literal('main'), TerminalId]) }),
  z.strictObject({ kind: z.literal('log'), ...Subject }),
  z.strictObject({ kind: z.literal('console'), ...Subject }),
])
export type DockTab = z.infer<typeof DockTab>

/** What a tab is known by; equal for equal tabs. */
export type TabKey = string

/** One of the parts that stand side by side, with its own tabs. It is never empty. */
export interface Pane {
  /** Stays the same for as long as the pane is there. */
  readonly id: number
  readonly tabs: readonly DockTab[]
  readonly active: TabKey
  /** How much of the room is its, beside the others' shares. */
  readonly share: number
}

export type Direction = 'row' | 'column'

export interface DockLayout {
  readonly panes: readonly Pane[]
  /** The pane that new tabs come into. */
  readonly focused: number
  readonly direction: Direction
  /** Names that the person gave. */
  readonly names: Readonly<Record<TabKey, string>>
}

export const emptyLayout: DockLayout = { panes: [], focused: 0, direction: 'row', names: {} }

export function keyOf(tab: DockTab): TabKey {
  return tab.kind === 'terminal' ? `terminal:${tab.sandboxId}:${tab.terminal}` : `${tab.kind}:${tab.sandboxId}`
}

export function tabsOf({ panes }: DockLayout): readonly DockTab[] {
  return panes.flatMap(({ tabs }) => tabs)
}

export function paneOf({ panes }: DockLayout, key: TabKey): Pane | undefined {
  return panes.find(({ tabs }) => tabs.some((tab) => keyOf(tab) === key))
}

export function focusedPane({ panes, focused }: DockLayout): Pane | undefined {
  return panes.find(({ id }) => id === focused) ?? panes[0]
}

/** The tab that keys and buttons mean. */
export function activeTab(layout: DockLayout): DockTab | undefined {
  const pane = focusedPane(layout)
  return pane?.tabs.find((tab) => keyOf(tab) === pane.active)
}

/** Those that a person sees while the dock is open. */
export function terminalsInFront({ panes }: DockLayout): readonly DockTab[] {
  return panes.flatMap(({ tabs, active }) => tabs.filter((tab) => tab.kind === 'terminal' && keyOf(tab) === active))
}

/** Brings a tab to the front: where it is, else behind the active one, else in a pane of its own at the side. */
export function openTab(layout: DockLayout, tab: DockTab, { beside = false } = {}): DockLayout {
  const key = keyOf(tab)
  const here = focusedPane(layout)
  if (paneOf(layout, key)) return chooseTab(layout, key)
  if (!here || beside) return addPane(layout, tab, here)
  const at = here.tabs.findIndex((each) => keyOf(each) === here.active)
  return changePane({ ...layout, focused: here.id }, here.id, {
    tabs: here.tabs.toSpliced(at + 1, 0, tab),
    active: key,
  })
}

export function chooseTab(layout: DockLayout, key: TabKey): DockLayout {
  const pane = paneOf(layout, key)
  return pane ? changePane({ ...layout, focused: pane.id }, pane.id, { active: key }) : layout
}

/** Takes those out that are not to stay. The next one of a pane comes to its front, the last one takes the pane along. */
export function keepTabs(layout: DockLayout, stays: (tab: DockTab) => boolean): DockLayout {
  if (tabsOf(layout).every(stays)) return layout
  const panes = layout.panes.flatMap((pane) => {
    const tabs = pane.tabs.filter(stays)
    const at = pane.tabs.findIndex((tab) => keyOf(tab) === pane.active)
    const next = pane.tabs.slice(at).find(stays) ?? tabs.at(-1)
    return next ? [{ ...pane, tabs, active: keyOf(next) }] : []
  })
  const at = layout.panes.findIndex(({ id }) => id === layout.focused)
  const focused = panes.some(({ id }) => id === layout.focused) ? layout.focused : (panes[at] ?? panes.at(-1))?.id
  const left = new Set(panes.flatMap(({ tabs }) => tabs.map(keyOf)))
  const names = Object.fromEntries(Object.entries(layout.names).filter(([key]) => left.has(key)))
  return { ...layout, panes, names, focused: focused ?? 0 }
}

export function closeTab(layout: DockLayout, key: TabKey): DockLayout {
  return keepTabs(layout, (tab) => keyOf(tab) !== key)
}

/** The tab after or before the active one of its pane, in a ring. */
export function stepTab(layout: DockLayout, step: 1 | -1): DockLayout {
  const pane = focusedPane(layout)
  const next = pane?.tabs.at((indexOf(pane, pane.active) + step) % pane.tabs.length)
  return next ? chooseTab(layout, keyOf(next)) : layout
}

/** The pane after or before the one with the focus, in a ring. */
export function stepPane(layout: DockLayout, step: 1 | -1): DockLayout {
  const at = layout.panes.findIndex(({ id }) => id === focusedPane(layout)?.id)
  const next = layout.panes.at((at + step) % layout.panes.length)
  return next ? { ...layout, focused: next.id } : layout
}

export function focusPane(layout: DockLayout, id: number): DockLayout {
  return layout.focused === id || !layout.panes.some((pane) => pane.id === id) ? layout : { ...layout, focused: id }
}

/** Moves a tab along its pane, and over the end of it into the next one. */
export function shiftTab(layout: DockLayout, key: TabKey, step: 1 | -1): DockLayout {
  const pane = paneOf(layout, key)
  if (!pane) return layout
  const to = indexOf(pane, key) + step
  if (to >= 0 && to < pane.tabs.length) return placeTab(layout, key, { pane: pane.id, index: to })
  const next = layout.panes[layout.panes.indexOf(pane) + step]
  return next ? placeTab(layout, key, { pane: next.id, index: step === 1 ? 0 : next.tabs.length }) : layout
}

/** Puts a tab at a place of a pane, counted without the tab itself. */
export function placeTab(
  layout: DockLayout,
  key: TabKey,
  { pane, index }: { readonly pane: number; readonly index: number },
): DockLayout {
  const tab = tabsOf(layout).find((each) => keyOf(each) === key)
  if (!tab || !layout.panes.some(({ id }) => id === pane)) return layout
  const { names } = layout
  const without = layout.panes.map((each) => ({ ...each, tabs: each.tabs.filter((other) => keyOf(other) !== key) }))
  const placed = without.map((each) =>
    each.id === pane ? { ...each, tabs: each.tabs.toSpliced(index, 0, tab), active: key } : frontOf(each),
  )
  return { ...layout, names, panes: placed.filter(({ tabs }) => tabs.length > 0), focused: pane }
}

/** Gives a tab a pane of its own at the side. One that has it already stays. */
export function splitTab(layout: DockLayout, key: TabKey): DockLayout {
  const pane = paneOf(layout, key)
  const tab = pane?.tabs.find((each) => keyOf(each) === key)
  if (!pane || !tab || pane.tabs.length === 1) return layout
  const left = frontOf({ ...pane, tabs: pane.tabs.filter((each) => each !== tab) }, indexOf(pane, key))
  return addPane({ ...layout, panes: layout.panes.map((each) => (each === pane ? left : each)) }, tab, left)
}

/** An empty name gives the tab its own one back. */
export function nameTab(layout: DockLayout, key: TabKey, name: string): DockLayout {
  const { [key]: _before, ...others } = layout.names
  return { ...layout, names: name === '' ? others : { ...others, [key]: name } }
}

const leastShare = 0.125

/** Moves the line behind a pane: what one gets the other gives, as far as both stay usable. */
export function moveLine(layout: DockLayout, index: number, by: number): DockLayout {
  const [one, other] = layout.panes.slice(index, index + 2)
  if (!one || !other) return layout
  const both = one.share + other.share
  const least = leastShare * both
  const share = Math.min(both - least, Math.max(least, one.share + by))
  return changePane(changePane(layout, one.id, { share }), other.id, { share: both - share })
}

const Stored = z.object({
  panes: z.array(z.object({ tabs: z.array(DockTab), active: z.string(), share: z.number().positive() })),
  focused: z.int().nonnegative(),
  direction: z.enum(['row', 'column']),
  names: z.record(z.string(), z.string()),
})

/** Whatever was stored, by another version or by hand, gives a layout that keeps its promises. */
export function readLayout(stored: unknown): DockLayout {
  const parsed = Stored.safeParse(stored)
  if (!parsed.success) return emptyLayout
  const seen = new Set<TabKey>()
  const isNew = (tab: DockTab): boolean => !seen.has(keyOf(tab)) && Boolean(seen.add(keyOf(tab)))
  const panes = parsed.data.panes.map((pane, id) => frontOf({ ...pane, id, tabs: pane.tabs.filter(isNew) }))
  return { ...parsed.data, panes: panes.filter(({ tabs }) => tabs.length > 0) }
}

/** What {@link readLayout} reads: panes are known by their place. */
export function storedLayout({ panes, focused, direction, names }: DockLayout): z.input<typeof Stored> {
  const at = panes.findIndex(({ id }) => id === focused)
  return {
    panes: panes.map(({ tabs, active, share }) => ({ tabs: [...tabs], active, share })),
    ...{ focused: Math.max(0, at), direction, names },
  }
}

function indexOf({ tabs }: Pane, key: TabKey): number {
  return tabs.findIndex((tab) => keyOf(tab) === key)
}

/** With a tab in front that it has: the active one, else that at the place. */
function frontOf(pane: Pane, at = 0): Pane {
  const front = pane.tabs[indexOf(pane, pane.active)] ?? pane.tabs[at] ?? pane.tabs.at(-1)
  return front ? { ...pane, active: keyOf(front) } : pane
}

function addPane(layout: DockLayout, tab: DockTab, beside: Pane | undefined): DockLayout {
  const id = 1 + Math.max(-1, ...layout.panes.map((pane) => pane.id))
  const share = (beside?.share ?? 2) / 2
  const panes = beside ? changePane(layout, beside.id, { share }).panes : layout.panes
  const at = panes.findIndex((pane) => pane.id === beside?.id)
  return { ...layout, panes: panes.toSpliced(at + 1, 0, { id, tabs: [tab], active: keyOf(tab), share }), focused: id }
}

function changePane(layout: DockLayout, id: number, changes: Partial<Omit<Pane, 'id'>>): DockLayout {
  return { ...layout, panes: layout.panes.map((pane) => (pane.id === id ? { ...pane, ...changes } : pane)) }
}
