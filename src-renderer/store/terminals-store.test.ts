import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeSandbox, makeTerminal } from '../testing/samples.ts'
import { initialAgentState } from './agent-state.ts'
import { agentStore } from './agent-store.ts'
import {
  dropLostTerminal,
  followLostTerminals,
  markTerminal,
  terminalsStore,
  titleTerminal,
  unmarkTerminal,
} from './terminals-store.ts'

const sandbox = makeSandbox()
const main = makeTerminal({ id: '000000000001', kind: 'main' })
const shell = makeTerminal({ id: '000000000002' })
const ended = makeTerminal({ id: '000000000003', state: 'exited', exitCode: 0 })
const known = {
  ...initialAgentState,
  ...{ seq: 1, link: { state: 'live' } as const, sandboxes: new Map([[sandbox.id, sandbox]]) },
  terminals: new Map([main, shell, ended].map((each) => [each.id, each])),
}
let stop = (): void => undefined

beforeEach(() => {
  agentStore.setState({ ...known, stale: true })
  terminalsStore.setState({ lost: new Map(), titles: new Map(), marks: new Map() })
  stop = followLostTerminals()
})
afterEach(() => stop())

test('a shell that ended with its agent is kept as ended, until the person closes it', () => {
  const newMain = makeTerminal({ id: '000000000009', kind: 'main' })
  agentStore.setState({ stale: false, terminals: new Map([[newMain.id, newMain]]) })
  expect([...terminalsStore.getState().lost.values()]).toEqual([{ ...shell, state: 'exited', exitCode: null }])
  dropLostTerminal(shell.id)
  expect(terminalsStore.getState().lost.size).toBe(0)
})

test('nothing is kept where only the connection was lost, or the sandbox went too', () => {
  agentStore.setState({ stale: false })
  expect(terminalsStore.getState().lost.size).toBe(0)
  agentStore.setState({ stale: true })
  agentStore.setState({ stale: false, terminals: new Map(), sandboxes: new Map() })
  expect(terminalsStore.getState().lost.size).toBe(0)
})

test('a shell that is closed while the agent is there is not kept', () => {
  agentStore.setState({ stale: false })
  agentStore.setState({ terminals: new Map([[main.id, main]]) })
  expect(terminalsStore.getState().lost.size).toBe(0)
})

test('a bell outweighs output, and both go when somebody looks', () => {
  const marks = () => [...terminalsStore.getState().marks]
  markTerminal(shell.id, 'activity')
  expect(marks()).toEqual([[shell.id, 'activity']])
  markTerminal(shell.id, 'bell')
  markTerminal(shell.id, 'activity')
  expect(marks()).toEqual([[shell.id, 'bell']])
  unmarkTerminal(shell.id)
  expect(marks()).toEqual([])
})

test('an empty title gives a terminal its own name back', () => {
  titleTerminal(shell.id, 'vi notes')
  expect(terminalsStore.getState().titles.get(shell.id)).toBe('vi notes')
  titleTerminal(shell.id, '')
  expect(terminalsStore.getState().titles.has(shell.id)).toBe(false)
})
