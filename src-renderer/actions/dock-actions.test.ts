import { beforeEach, expect, test, vi } from 'vitest'
import { initialAgentState } from '../store/agent-state.ts'
import { agentStore } from '../store/agent-store.ts'
import { activeTab, emptyLayout, tabsOf } from '../store/dock-layout.ts'
import { dockStore } from '../store/dock-store.ts'
import { makeFakeJoey } from '../testing/fake-joey.ts'
import { makeSandbox, makeTerminal } from '../testing/samples.ts'
import { openInDock, showLog, showTerminals } from './dock-actions.ts'

const sandbox = makeSandbox()
const main = makeTerminal({ id: '000000000001', kind: 'main' })
const shell = makeTerminal({ id: '000000000002', createdAt: '2026-01-02T00:00:00.000Z' })
const fresh = makeTerminal({ id: '000000000003' })
const joey = makeFakeJoey({ calls: { 'terminal.open': () => fresh } })
const names = (): string[] =>
  tabsOf(dockStore.getState().layout).map((tab) => (tab.kind === 'terminal' ? tab.terminal : tab.kind))
const front = (): unknown => activeTab(dockStore.getState().layout)

beforeEach(() => {
  joey.requests.length = 0
  vi.stubGlobal('joey', joey)
  agentStore.setState({ ...initialAgentState, terminals: new Map() })
  dockStore.setState({ layout: emptyLayout, view: 'closed', wanted: null })
})

test('a sandbox that has terminals shows all of them, its main one in front', async () => {
  agentStore.setState({ terminals: new Map([shell, main].map((each) => [each.id, each])) })
  await showTerminals(sandbox)
  expect(names()).toEqual(['main', shell.id])
  expect(front()).toMatchObject({ terminal: 'main' })
  expect(joey.requests).toEqual([])
})

test('a sandbox without one gets a shell', async () => {
  await showTerminals(sandbox)
  expect(names()).toEqual([fresh.id])
})

test('what of it stands in the dock is shown, and nothing more is opened', async () => {
  await openInDock(sandbox)
  showLog(sandbox)
  joey.requests.length = 0
  await showTerminals(sandbox)
  expect(front()).toMatchObject({ terminal: fresh.id })
  expect(joey.requests).toEqual([])
})

test('a shell is opened with what the person chose, and at the side where that was wished', async () => {
  showLog(sandbox)
  await openInDock(sandbox, { argv: ['bash', '-l'], user: 'root', cwd: '/srv' }, { beside: true })
  expect(joey.requests[0]?.request).toMatchObject({ argv: ['bash', '-l'], user: 'root', cwd: '/srv' })
  expect(dockStore.getState().layout.panes).toHaveLength(2)
})

test('nothing is opened in a sandbox that does not run', async () => {
  await showTerminals(makeSandbox({ state: 'stopped' }))
  expect(joey.requests).toEqual([])
  expect(names()).toEqual([])
})
