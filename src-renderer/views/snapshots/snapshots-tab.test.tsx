import { cleanup, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test } from 'vitest'
import { Router } from 'wouter'
import { memoryLocation } from 'wouter/memory-location'
import { AppError, appError } from '#contract/app-error'
import type { RestorePlan, Snapshot } from '#contract/snapshot'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { initialAgentState } from '../../store/agent-state.ts'
import { agentStore } from '../../store/agent-store.ts'
import { classesStore } from '../../store/classes-store.ts'
import { prunePlanStore, scheduleStore, usageStore } from '../../store/snapshot-stores.ts'
import { uiStore, useUi } from '../../store/ui-store.ts'
import { type FakeJoey, makeFakeJoey } from '../../testing/fake-joey.ts'
import { renderScreen } from '../../testing/render.tsx'
import { makeSandbox } from '../../testing/samples.ts'
import { makeSnapshot, makeSnapshotUsage } from '../../testing/snapshot-samples.ts'
import { SnapshotsTab } from './snapshots-tab.tsx'

const first = makeSnapshot()
const second = makeSnapshot({
  ...{ id: 'bbbbbbbbbbbb', name: 'second', parentId: first.id, createdAt: '2026-01-01T11:00:00.000Z' },
  live: { bytes: 2_097_152, engine: 'runsc', unusable: null },
})
const web = makeSandbox({ parentId: second.id })
const fork = makeSandbox({ id: 'ffffffffffff', name: 'fork', parentId: first.id })
const plan: RestorePlan = {
  ...{ snapshot: second, sandbox: web, live: true, lost: ['A file.'], changes: [], problems: [] },
  ...{ neededBytes: 0, freeBytes: 1024 ** 3 },
}

function Questions() {
  return (
    <ConfirmDialog question={useUi(({ question }) => question)} onClose={() => uiStore.setState({ question: null })} />
  )
}

interface Opened {
  readonly joey: FakeJoey
  readonly history: readonly string[]
}

function open(
  snapshots: readonly Snapshot[] = [first, second],
  calls: Record<string, (request: never) => unknown> = {},
): Opened {
  const joey = makeFakeJoey({
    calls: {
      'snapshot.usage': () => [
        makeSnapshotUsage({ dependents: ['second', 'fork'] }),
        makeSnapshotUsage({ id: second.id, uniqueBytes: 524_288, freesBytes: 524_288 }),
      ],
      'snapshot.readSchedule': () => ({ schedule: null, nextAt: null }),
      'class.list': () => [],
      'snapshot.planRestore': () => plan,
      ...calls,
    },
  })
  Object.assign(window, { joey })
  agentStore.setState({
    ...{ ...initialAgentState, link: { state: 'live' }, seq: 1 },
    sandboxes: new Map([web, fork].map((each) => [each.id, each])),
    snapshots: new Map(snapshots.map((each) => [each.id, each])),
  })
  const { hook, history } = memoryLocation({ path: '/', record: true })
  renderScreen(
    <Router hook={hook}>
      <SnapshotsTab sandbox={web} />
      <Questions />
    </Router>,
  )
  return { joey, history }
}

const node = (name: RegExp): HTMLElement => screen.getByRole('treeitem', { name })
const sent = ({ joey }: Opened, name: string) => joey.requests.find((each) => each.name === name)?.request

afterEach(() => {
  cleanup()
  for (const store of [usageStore, scheduleStore, prunePlanStore]) store.forget()
  classesStore.setState({ classes: { kind: 'loading' } })
  uiStore.setState({ question: null })
})

test('without snapshots it explains them and offers the first', async () => {
  open([])
  await userEvent.click(screen.getByRole('button', { name: 'Take the first snapshot' }))
  expect(screen.getByRole('dialog', { name: 'Take a snapshot of web' })).toBeTruthy()
})

test('nodes say what they are, how deep they stand, and what is their own', async () => {
  open()
  await waitFor(() => expect(node(/^first, Disk snapshot, .*, 1 MiB of its own/)).toBeTruthy())
  expect(node(/^second, Live snapshot/).getAttribute('aria-level')).toBe('3')
  expect(node(/^web, this sandbox as it is now, Running/)).toBeTruthy()
  expect(node(/^fork as it is now, Running/)).toBeTruthy()
  expect(document.querySelectorAll('[role="treeitem"][tabindex="0"]')).toHaveLength(1)
})

test('a damaged one shows its problem in the tree and in the panel, and cannot be restored', async () => {
  open([first, { ...second, state: 'damaged', problem: 'A layer is not what was written.' }])
  await userEvent.click(node(/^second, damaged Live snapshot.*A layer is not what was written/))
  expect(screen.getByRole('alert').textContent).toContain('A layer is not what was written.')
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Restore…' }).disabled).toBe(true)
})

test('the problem of a damaged one is said from its wording, where there is one', async () => {
  const problemWording = { reason: 'layer-entry-gone', params: { path: '/etc/passwd' } }
  open([first, { ...second, state: 'damaged', problem: 'As the agent says it.', problemWording }])
  await userEvent.click(node(/^second, damaged Live snapshot.*\/etc\/passwd is gone/))
  expect(screen.getByRole('alert').textContent).toContain('/etc/passwd is gone.')
})

test('keys go along the tree, Enter opens the menu, and it gives the focus back', async () => {
  open()
  node(/^web, this sandbox/).focus()
  await userEvent.keyboard('{ArrowUp}')
  expect(document.activeElement).toBe(node(/^second/))
  await userEvent.keyboard('{ArrowUp}{ArrowRight}')
  expect(document.activeElement).toBe(node(/^fork as it is now/))
  await userEvent.keyboard('{ArrowLeft}{ArrowUp}{Home}{ArrowDown}{Enter}')
  expect(screen.getByRole('menuitem', { name: 'Restore…' })).toBeTruthy()
  await userEvent.keyboard('{Escape}')
  await waitFor(() => expect(document.activeElement).toBe(node(/^first/)))
})

test('Delete asks, with what is freed and what stands on it, and removes only then', async () => {
  const opened = open([first, second], { 'snapshot.remove': () => ({ id: first.id, freedBytes: 1_048_576 }) })
  await waitFor(() => expect(node(/^first.*1 MiB/)).toBeTruthy())
  node(/^first/).focus()
  await userEvent.keyboard('{Delete}')
  const question = await screen.findByRole('alertdialog', { name: 'Remove the snapshot first?' })
  expect(question.textContent).toContain('This frees 1 MiB.')
  expect(
    within(question)
      .getAllByRole('listitem')
      .map(({ textContent }) => textContent),
  ).toEqual(['second', 'fork'])
  expect(sent(opened, 'snapshot.remove')).toBeUndefined()
  await userEvent.click(within(question).getByRole('button', { name: 'Remove' }))
  await waitFor(() => expect(sent(opened, 'snapshot.remove')).toEqual({ ref: first.id }))
})

test('what the question before a removal says is of that moment, not of when the tree was drawn', async () => {
  let requests = 0
  const usages = [
    [makeSnapshotUsage({ dependents: ['fork'] })],
    [makeSnapshotUsage({ dependents: ['second', 'fork'], freesBytes: 0 })],
  ]
  open([first, second], { 'snapshot.usage': () => usages[Math.min(requests++, 1)] })
  await waitFor(() => expect(node(/^first.*1 MiB/)).toBeTruthy())
  node(/^first/).focus()
  await userEvent.keyboard('{Delete}')
  const question = await screen.findByRole('alertdialog', { name: 'Remove the snapshot first?' })
  expect(question.textContent).toContain('This frees 0 B.')
  expect(within(question).getAllByRole('listitem')[0]?.textContent).toBe('second')
})

test('a snapshot whose costs do not come is asked about without them', async () => {
  let requests = 0
  open([first, second], { 'snapshot.usage': () => (requests++ > 0 ? new Promise(() => {}) : [makeSnapshotUsage()]) })
  await waitFor(() => expect(node(/^first.*1 MiB/)).toBeTruthy())
  node(/^first/).focus()
  await userEvent.keyboard('{Delete}')
  const question = await screen.findByRole('alertdialog', { name: 'Remove the snapshot first?' }, { timeout: 10_000 })
  expect(question.textContent).toContain('It cannot be brought back.')
})

test('a snapshot whose costs cannot be read is asked about without them', async () => {
  let requests = 0
  const usages = (): unknown => {
    if (requests++ > 0) throw appError('internal')
    return [makeSnapshotUsage()]
  }
  open([first, second], { 'snapshot.usage': usages })
  await waitFor(() => expect(node(/^first.*1 MiB/)).toBeTruthy())
  node(/^first/).focus()
  await userEvent.keyboard('{Delete}')
  const question = await screen.findByRole('alertdialog', { name: 'Remove the snapshot first?' })
  expect(question.textContent).toContain('It cannot be brought back.')
  expect(question.textContent).not.toContain('frees')
})

test('a restore shows what is lost, keeps the present state unless chosen otherwise, and is not made where it cannot be', async () => {
  const opened = open([first, second], { 'snapshot.restore': () => ({ sandbox: web, kept: null, messages: [] }) })
  await userEvent.click(node(/^second/))
  await userEvent.click(screen.getByRole('button', { name: 'Restore…' }))
  const dialog = await screen.findByRole('dialog', { name: 'Restore web to second' })
  expect(await within(dialog).findByText('A file.')).toBeTruthy()
  await userEvent.click(within(dialog).getByRole('button', { name: 'Restore' }))
  await waitFor(() =>
    expect(sent(opened, 'snapshot.restore')).toMatchObject({ ref: second.id, sandbox: web.id, live: true, keep: true }),
  )
})

test('problems of a plan forbid the restore', async () => {
  open([first, second], { 'snapshot.planRestore': () => ({ ...plan, problems: ['The disk is full.'] }) })
  await userEvent.click(node(/^second/))
  await userEvent.click(screen.getByRole('button', { name: 'Restore…' }))
  const dialog = await screen.findByRole('dialog')
  expect(await within(dialog).findByText('The disk is full.')).toBeTruthy()
  expect(within(dialog).getByRole<HTMLButtonElement>('button', { name: 'Restore' }).disabled).toBe(true)
})

test('a fork of several shows their names, asks for them, and leads to their terminals', async () => {
  const made = ['111111111111', '222222222222'].map((id, index) => makeSandbox({ id, name: `try-${index + 1}` }))
  const opened = open([first, second], {
    'snapshot.fork': () => ({ sandboxes: made, snapshot: second, pauseMs: 0, messages: [] }),
  })
  await userEvent.click(node(/^second/))
  await userEvent.click(screen.getByRole('button', { name: 'Fork…' }))
  const dialog = await screen.findByRole('dialog', { name: 'Fork second' })
  await userEvent.clear(within(dialog).getByLabelText('How many'))
  await userEvent.type(within(dialog).getByLabelText('How many'), '2')
  await userEvent.clear(within(dialog).getByLabelText('Names start with'))
  await userEvent.type(within(dialog).getByLabelText('Names start with'), 'try')
  const names = within(dialog).getByRole('list', { name: 'Names of the forks' })
  expect(
    within(names)
      .getAllByRole('listitem')
      .map(({ textContent }) => textContent),
  ).toEqual(['try-1', 'try-2'])
  await userEvent.click(within(dialog).getByRole('button', { name: 'Make 2 forks' }))
  await waitFor(() => expect(opened.history.at(-1)).toBe('/forks/111111111111,222222222222'))
  expect(sent(opened, 'snapshot.fork')).toMatchObject({ snapshot: second.id, count: 2, prefix: 'try', live: true })
})

test('a snapshot that was refused leaves what was typed, and says why', async () => {
  open([first], {
    'snapshot.create': () => {
      throw new AppError({ code: 'refused', reason: 'disk-full', message: 'The disk has 3 MiB left.' })
    },
  })
  await userEvent.click(screen.getByRole('button', { name: 'Take snapshot' }))
  const dialog = screen.getByRole('dialog')
  await userEvent.type(within(dialog).getByLabelText('Name'), 'mine')
  await userEvent.click(within(dialog).getByRole('button', { name: 'Take snapshot' }))
  expect((await within(dialog).findByRole('alert')).textContent).toContain('The disk has 3 MiB left.')
  expect(within(dialog).getByLabelText<HTMLInputElement>('Name').value).toBe('mine')
})

test('where the class keeps no memory, its reason stands in place of the switch', async () => {
  const profile = {
    ...{ class: 'container', available: true, engine: 'crun', explanation: 'A container.', emulated: null },
    estimate: { startMs: null, memoryOverheadBytes: null, systemCallFactor: null, measuredHere: false },
    limitations: [{ feature: 'liveSnapshot', reason: 'This kernel cannot do it.' }],
  }
  const opened = open([first], { 'class.list': () => [profile], 'snapshot.create': () => first })
  await userEvent.click(screen.getByRole('button', { name: 'Take snapshot' }))
  const dialog = screen.getByRole('dialog')
  expect(await within(dialog).findByText(/This kernel cannot do it/)).toBeTruthy()
  expect(within(dialog).queryByRole('switch')).toBeNull()
  await userEvent.click(within(dialog).getByRole('button', { name: 'Take snapshot' }))
  await waitFor(() => expect(sent(opened, 'snapshot.create')).toMatchObject({ ref: web.id, live: false }))
})

test('two nodes are picked to be compared, the older one first', async () => {
  const { history } = open()
  await userEvent.click(node(/^second/))
  await userEvent.click(screen.getByRole('button', { name: 'Compare with another…' }))
  expect(screen.getByText('Choose what to compare second with.')).toBeTruthy()
  await userEvent.click(node(/^first/))
  expect(history.at(-1)).toBe(`/compare/snapshot:${first.id}/snapshot:${second.id}`)
})

test('pruning offers no button where nothing would go', async () => {
  open([first], { 'snapshot.prune': () => ({ removed: [], freedBytes: 0, advice: [] }) })
  await userEvent.click(screen.getByRole('button', { name: 'Prune' }))
  expect(await screen.findByText('The rules keep everything that is there.')).toBeTruthy()
  expect(screen.queryByRole('button', { name: /^Remove \d/ })).toBeNull()
})

test('pruning shows what would go before anything does', async () => {
  const removed = [{ id: first.id, name: 'first', sandboxName: 'web', why: 'Five are newer.' }]
  const opened = open([first], { 'snapshot.prune': () => ({ removed, freedBytes: 1_048_576, advice: [] }) })
  await userEvent.click(screen.getByRole('button', { name: 'Prune' }))
  expect(await screen.findByText('Five are newer.')).toBeTruthy()
  expect(sent(opened, 'snapshot.prune')).toEqual({ sandbox: web.id, dryRun: true })
  await userEvent.click(screen.getByRole('button', { name: 'Remove 1 snapshot' }))
  await waitFor(() =>
    expect(opened.joey.requests.filter(({ name }) => name === 'snapshot.prune').map(({ request }) => request)).toEqual([
      { sandbox: web.id, dryRun: true },
      { sandbox: web.id, dryRun: false },
    ]),
  )
})

test('why something would go, and what could, is said from the wordings', async () => {
  const whyWording = { reason: 'prune-no-longer-kept' }
  const removed = [{ id: first.id, name: 'first', sandboxName: 'web', why: 'As the agent says it.', whyWording }]
  const adviceWordings = [{ reason: 'prune-damaged', params: { snapshot: 'old', sandbox: 'web' } }]
  const advice = { advice: ['As the agent says it.'], adviceWordings }
  open([first], { 'snapshot.prune': () => ({ removed, freedBytes: 0, ...advice }) })
  await userEvent.click(screen.getByRole('button', { name: 'Prune' }))
  expect(await screen.findByText('The rules of keeping no longer keep it.')).toBeTruthy()
  expect(screen.getByText('"old" of "web" is damaged and cannot be restored. Remove it.')).toBeTruthy()
})

test('name and note are changed in place', async () => {
  const opened = open([first], { 'snapshot.update': () => first })
  await userEvent.click(node(/^first/))
  await userEvent.click(screen.getByRole('button', { name: 'Rename this snapshot' }))
  await userEvent.clear(screen.getByLabelText('Name of the snapshot'))
  await userEvent.type(screen.getByLabelText('Name of the snapshot'), 'better{Enter}')
  await waitFor(() => expect(sent(opened, 'snapshot.update')).toEqual({ ref: first.id, name: 'better' }))
})
