import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeSandbox, makeTerminal } from '../testing/samples.ts'
import { initialAgentState } from './agent-state.ts'
import { agentStore } from './agent-store.ts'
import { type DockTab, emptyLayout, keyOf, tabsOf } from './dock-layout.ts'
import { dockStore, enterDock, expectClose, followDock, readDock, showTab, tookFocus } from './dock-store.ts'
import { terminalsStore } from './terminals-store.ts'

const sandbox = makeSandbox()
const shell = makeTerminal({ id: '000000000001' })
const other = makeTerminal({ id: '000000000002' })
const tabOf = ({ id, sandboxId }: { id: string; sandboxId: string }): DockTab => ({
  ...{ kind: 'terminal', sandboxId, terminal: id },
})
const log: DockTab = { kind: 'log', sandboxId: sandbox.id }
const known = {
  ...initialAgentState,
  ...{ seq: 1, link: { state: 'live' } as const, sandboxes: new Map([[sandbox.id, sandbox]]) },
  terminals: new Map([shell, other].map((each) => [each.id, each])),
}
const keys = (): string[] => tabsOf(dockStore.getState().layout).map(keyOf)
let stop = (): void => undefined

beforeEach(() => {
  agentStore.setState(known)
  terminalsStore.setState({ lost: new Map() })
  dockStore.setState({ ...readDock(null), layout: emptyLayout })
  stop = followDock()
})
afterEach(() => {
  stop()
  dockStore.setState(readDock(null))
  localStorage.clear()
})

test('showing a tab opens the dock and leads into the tab, once', () => {
  showTab(tabOf(shell))
  expect(dockStore.getState()).toMatchObject({ view: 'open', wanted: keyOf(tabOf(shell)) })
  tookFocus(keyOf(tabOf(shell)))
  expect(dockStore.getState().wanted).toBeNull()
})

test('a terminal that the agent has no more leaves its tab, and one that the person closed hands the focus on', () => {
  showTab(tabOf(shell))
  showTab(tabOf(other))
  tookFocus(keyOf(tabOf(other)))
  expectClose(keyOf(tabOf(other)))
  agentStore.setState({ terminals: new Map([[shell.id, shell]]) })
  expect(keys()).toEqual([keyOf(tabOf(shell))])
  expect(dockStore.getState().wanted).toBe(keyOf(tabOf(shell)))
})

test('a terminal that ended elsewhere takes the focus from nobody', () => {
  showTab(tabOf(shell))
  showTab(tabOf(other))
  tookFocus(keyOf(tabOf(other)))
  agentStore.setState({ terminals: new Map([[shell.id, shell]]) })
  expect(dockStore.getState().wanted).toBeNull()
})

test('a terminal that is opened but not yet announced stays', () => {
  const fresh = makeTerminal({ id: '000000000003' })
  showTab(tabOf(fresh))
  agentStore.setState({ terminals: new Map(known.terminals) })
  expect(keys()).toEqual([keyOf(tabOf(fresh))])
})

test('a sandbox that goes takes its tabs along', () => {
  showTab(tabOf(shell))
  showTab(log)
  agentStore.setState({ sandboxes: new Map(), terminals: new Map() })
  expect(keys()).toEqual([])
})

test('while the agent is away nothing goes, and then only what neither it nor this window has', () => {
  showTab(tabOf(shell))
  showTab(tabOf(other))
  showTab(log)
  agentStore.setState({ stale: true, terminals: new Map() })
  expect(keys()).toHaveLength(3)
  terminalsStore.setState({ lost: new Map([[shell.id, shell]]) })
  agentStore.setState({ stale: false })
  expect(keys()).toEqual([keyOf(tabOf(shell)), keyOf(log)])
})

test('the layout outlives the window, but typing into all does not', () => {
  showTab(tabOf(shell))
  showTab(log, { beside: true })
  dockStore.setState({ height: 0.5, toAll: true })
  const again = readDock(localStorage.getItem('joey.dock'))
  expect(tabsOf(again.layout).map(keyOf)).toEqual(keys())
  expect(again).toMatchObject({ view: 'open', height: 0.5, toAll: false, wanted: null })
})

test.each([
  [null, 'closed', 0.42],
  ['nonsense', 'closed', 0.42],
  ['[]', 'closed', 0.42],
  ['{"view":"upside down","height":"x"}', 'closed', 0.42],
  ['{"view":"full","height":9}', 'full', 0.8],
])('%s that was stored is a usable dock', (stored, view, height) => {
  expect(readDock(stored)).toMatchObject({ view, height, layout: emptyLayout })
})

test('entering an empty one that is open closes it: there is nothing to enter', () => {
  enterDock()
  expect(dockStore.getState().view).toBe('open')
  enterDock()
  expect(dockStore.getState().view).toBe('closed')
})

test('entering opens it where it is closed, and leaves it whole where it is that', () => {
  showTab(log)
  dockStore.setState({ view: 'closed' })
  enterDock()
  expect(dockStore.getState().view).toBe('open')
  dockStore.setState({ view: 'full' })
  enterDock()
  expect(dockStore.getState().view).toBe('full')
})
