import { cleanup, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import axe from 'axe-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '#contract/app-error'
import { initialAgentState } from '../../store/agent-state.ts'
import { agentStore } from '../../store/agent-store.ts'
import { uiStore } from '../../store/ui-store.ts'
import { renderScreen } from '../../testing/render.tsx'
import { makeSandbox } from '../../testing/samples.ts'
import type { SandboxListModel } from './list-model.ts'
import { SandboxList } from './sandboxes-page.tsx'

const web = makeSandbox({ name: 'web', ports: [{ hostPort: 8080, guestPort: 80 }] })
const job = makeSandbox({
  ...{ id: 'aaaaaaaaaaaa', name: 'job', state: 'stopped', pid: null },
  exit: { code: 7, reason: 'exited', message: 'Ended with exit code 7.', at: '2026-01-01T00:00:00.000Z' },
})

function show(model: SandboxListModel): ReturnType<typeof renderScreen> {
  return renderScreen(<SandboxList model={model} selected={new Set()} onSelect={vi.fn()} onShowAll={vi.fn()} />)
}
const ready = (stale = false): SandboxListModel => ({ kind: 'ready', sandboxes: [web, job], stale })

beforeEach(() => agentStore.setState({ ...initialAgentState, link: { state: 'live' }, seq: 1 }))
afterEach(() => {
  cleanup()
  uiStore.setState({ question: null, createOpen: false })
})

test('a row shows name, class, state, image and what can be done', () => {
  show(ready())
  const row = within(screen.getByRole('table', { name: 'Sandboxes' })).getByRole('row', { name: /web/ })

  for (const text of ['Container', 'Running', 'busybox']) expect(within(row).getByText(text)).toBeTruthy()
  const buttons = within(row)
    .getAllByRole('button')
    .map((button) => button.getAttribute('aria-label'))
  expect(buttons).toEqual(expect.arrayContaining(['Stop web', 'Pause web', 'Remove web', 'More actions for web']))
  expect(buttons).not.toContain('Start web')
})

test('a stopped one shows its exit code and can be started', () => {
  show(ready())
  const row = screen.getByRole('row', { name: /job/ })

  expect(row.textContent).toContain('Stoppedexit 7')
  expect(within(row).getByRole('button', { name: 'Start job' })).toBeTruthy()
})

test('removing asks first and names what will be lost', async () => {
  show(ready())
  await userEvent.click(screen.getByRole('button', { name: 'Remove job' }))

  expect(uiStore.getState().question).toMatchObject({ title: 'Remove job?', confirm: 'Remove', danger: true })
  expect(uiStore.getState().question?.text).toContain('disk of job')
})

test('killing asks first, because nothing can be saved before', async () => {
  show(ready())
  await userEvent.click(screen.getByRole('button', { name: 'More actions for web' }))
  await userEvent.click(screen.getByRole('menuitem', { name: 'Kill now…' }))

  expect(uiStore.getState().question).toMatchObject({ title: 'Kill web?', confirm: 'Kill', danger: true })
})

test('while the agent is away actions say why they cannot be used, and do nothing', async () => {
  agentStore.setState({ stale: true })
  show(ready(true))
  const button = screen.getByRole('button', { name: 'Remove job' })
  await userEvent.click(button)

  expect(button.getAttribute('aria-disabled')).toBe('true')
  expect(uiStore.getState().question).toBeNull()
  expect(screen.getByRole('table').getAttribute('aria-busy')).toBe('true')
})

test('arrow keys go from name to name', async () => {
  show(ready())
  screen.getByRole('link', { name: 'web' }).focus()
  await userEvent.keyboard('{ArrowDown}')

  expect(document.activeElement).toBe(screen.getByRole('link', { name: 'job' }))
})

test('nothing there yet leads to making one', async () => {
  show({ kind: 'empty' })
  await userEvent.click(screen.getByRole('button', { name: 'Create a sandbox' }))

  expect(uiStore.getState().createOpen).toBe(true)
})

test('loading is said, and an error is shown with its remedy', () => {
  show({ kind: 'loading' })
  expect(screen.getByRole('status').textContent).toBe('Loading sandboxes')
  cleanup()
  const remedy = { kind: 'startAgent' } as const
  show({
    kind: 'error',
    error: new AppError({ code: 'unavailable', reason: 'agent-gone', message: 'No agent.', remedy }),
  })
  expect(screen.getByRole('button', { name: 'Start the agent' })).toBeTruthy()
})

test.each([
  ['a full list', ready()],
  ['an empty one', { kind: 'empty' }],
] as const)('%s has no accessibility violations in its structure', async (_what, model) => {
  const { container } = show(model)
  // Colours and landmarks need the whole window; the end-to-end suite looks at those.
  const rules = { 'color-contrast': { enabled: false }, region: { enabled: false } }
  const { violations } = await axe.run(container, { rules })
  expect(violations.map(({ id }) => id)).toEqual([])
})
