import { cleanup, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test } from 'vitest'
import type { IsolationView } from '#contract/isolation'
import { SandboxSpec } from '#contract/sandbox'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { initialAgentState } from '../../store/agent-state.ts'
import { agentStore } from '../../store/agent-store.ts'
import { loadBlast } from '../../store/blast-store.ts'
import { changeClassStore, closeChange } from '../../store/change-class-store.ts'
import { isolationStore, noIsolation } from '../../store/isolation-store.ts'
import { uiStore, useUi } from '../../store/ui-store.ts'
import { type FakeJoey, makeFakeJoey } from '../../testing/fake-joey.ts'
import { makeBlast, makeIsolationView } from '../../testing/isolation-samples.ts'
import { renderScreen } from '../../testing/render.tsx'
import { makeSandbox } from '../../testing/samples.ts'
import { IsolationPage } from './isolation-page.tsx'

const web = makeSandbox({
  spec: SandboxSpec.parse({ image: 'busybox', grants: [{ kind: 'cap', name: 'SYS_ADMIN' }], networkName: 'lan' }),
})

function Questions() {
  return (
    <ConfirmDialog question={useUi(({ question }) => question)} onClose={() => uiStore.setState({ question: null })} />
  )
}

async function open(view: IsolationView = makeIsolationView(), blast = makeBlast()): Promise<FakeJoey> {
  const send = (message: object): string => JSON.stringify(message)
  const joey = makeFakeJoey({
    calls: {
      ...{ 'isolation.blast': () => blast, 'class.plan': () => null },
      ...{ 'sandbox.setGrants': () => web, 'sandbox.setNetwork': () => web, 'sandbox.update': () => web },
    },
    streams: {
      isolation: (_request, post) => {
        post({ type: 'text', text: send({ type: 'view', view }) })
        return undefined
      },
    },
  })
  Object.assign(window, { joey })
  isolationStore.setState(noIsolation)
  agentStore.setState({ ...initialAgentState, link: { state: 'live' }, seq: 1, sandboxes: new Map([[web.id, web]]) })
  renderScreen(
    <>
      <IsolationPage />
      <Questions />
    </>,
  )
  await screen.findByRole('group', { name: /Graph of what is shared/ }).catch(() => undefined)
  return joey
}

const node = (name: RegExp): HTMLElement => screen.getByRole('button', { name })
const request = (joey: FakeJoey, name: string) => joey.requests.find((each) => each.name === name)?.request

afterEach(() => {
  cleanup()
  closeChange()
  void loadBlast(null)
  uiStore.setState({ question: null })
})

test('every node is a button with its name and kind, and only one of them is a tab stop', async () => {
  await open()
  for (const name of [/^web, Sandbox/, /^lan, Network/, /^Linux 6.18, Host kernel/]) expect(node(name)).toBeTruthy()
  const nodes = [...document.querySelectorAll('[data-node]')]
  expect(nodes.filter((each) => each.getAttribute('tabindex') === '0')).toHaveLength(1)
})

test('arrow keys walk the picture and Enter opens a node', async () => {
  await open()
  node(/^web, Sandbox/).focus()
  await userEvent.keyboard('{ArrowDown}')
  expect(document.activeElement?.getAttribute('data-node')).toBe('sandbox:0123456789ac')
  await userEvent.keyboard('{Enter}')
  expect(await screen.findByRole('complementary', { name: 'Details of database' })).toBeTruthy()
  await userEvent.keyboard('{Escape}')
  expect(screen.queryByRole('complementary')).toBeNull()
})

test('a node shows what it reaches by which path, and marks it in the picture', async () => {
  const joey = await open()
  await userEvent.click(node(/^web, Sandbox/))
  expect(await screen.findByText('If this is taken over, 2 things can be reached:')).toBeTruthy()
  expect(request(joey, 'isolation.blast')).toEqual({ node: `sandbox:${web.id}` })
  expect(screen.getByText('Path: web → lan → database')).toBeTruthy()
  const marks = (): string[] =>
    [...document.querySelectorAll('[data-mark="reached"]')].map((each) => each.getAttribute('data-node') ?? '').sort()
  expect(marks()).toEqual(['host-kernel', 'sandbox:0123456789ac'])

  await userEvent.click(screen.getByRole('button', { name: /^database.*reachable/ }))
  expect(marks()).toEqual(['sandbox:0123456789ac'])
})

test('the cut that changes a class opens the plan', async () => {
  await open()
  await userEvent.click(node(/^web, Sandbox/))
  await userEvent.click(await screen.findByRole('button', { name: 'Plan the change to gVisor' }))
  expect(changeClassStore.getState().target).toEqual({ id: web.id, to: 'gvisor' })
})

test.each([
  [
    ...['a grant', 'Take back cap:SYS_ADMIN', 'Take back'],
    { kind: 'dropGrant', ref: web.id, grant: 'cap:SYS_ADMIN' },
    ...['sandbox.setGrants', { ref: web.id, grants: [] }],
  ],
  [
    ...['a network', 'Leave the network lan', 'Leave'],
    { kind: 'leaveNetwork', ref: 'web', network: 'lan' },
    ...['sandbox.setNetwork', { ref: web.id, networkName: null }],
  ],
] as const)('the cut of %s is asked about, then made', async (_what, button, confirm, cut, name, expected) => {
  const joey = await open(undefined, makeBlast({ cut: { cut, sentence: 'It closes it.', removes: ['host-kernel'] } }))
  await userEvent.click(node(/^web, Sandbox/))
  await userEvent.click(await screen.findByRole('button', { name: button }))
  expect(request(joey, name)).toBeUndefined()
  await userEvent.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: confirm }))
  await waitFor(() => expect(request(joey, name)).toEqual(expected))
})

test('what no operation can change is explained with a command in place of a dead button', async () => {
  const cut = { kind: 'makeReadOnly', ref: web.id, target: '/data' } as const
  await open(undefined, makeBlast({ cut: { cut, sentence: 'Read-only closes it.', removes: [] } }))
  await userEvent.click(node(/^web, Sandbox/))
  expect(await screen.findByText(/Mounts are fixed when a sandbox is created/)).toBeTruthy()
  expect(screen.getByText(/joey run -d --name web-new/)).toBeTruthy()
})

test('the table says the same as the picture, strongest first', async () => {
  await open()
  await userEvent.click(screen.getByRole('radio', { name: 'Table' }))
  const rows = within(screen.getByRole('table', { name: 'What is shared' }))
    .getAllByRole('row')
    .slice(1)
  expect(rows).toHaveLength(makeIsolationView().edges.length)
  expect(rows[0]?.textContent).toContain('/srv/data')
  await userEvent.type(screen.getByRole('textbox', { name: 'Search what is shared' }), 'port')
  expect(screen.getAllByRole('row')).toHaveLength(2)
})

test('a kind that is hidden leaves picture and table', async () => {
  await open()
  await userEvent.click(screen.getByRole('button', { name: /^Network/ }))
  expect(screen.queryByRole('button', { name: /^lan, Network/ })).toBeNull()
  expect(node(/^web, Sandbox/)).toBeTruthy()
})

test('a noisy neighbour is named, and its limit is applied with one press', async () => {
  const joey = await open()
  await userEvent.click(screen.getByRole('radio', { name: /^Interference/ }))
  expect(screen.getByText(/web waits 42 % of the time/)).toBeTruthy()
  await userEvent.click(screen.getByRole('button', { name: 'Apply: 0.5 CPUs' }))
  await waitFor(() => expect(request(joey, 'sandbox.update')).toEqual({ ref: '0123456789ac', cpus: 0.5 }))
})

test('the overall score opens its derivation', async () => {
  await open()
  await userEvent.click(screen.getByRole('button', { name: /Overall score/ }))
  expect(screen.getByText('The mean of all sandboxes.')).toBeTruthy()
})

test('a host without sandboxes says what will be here', async () => {
  await open(makeIsolationView({ sandboxes: [], nodes: [], edges: [] }))
  expect(await screen.findByText('Nothing to show yet')).toBeTruthy()
})
