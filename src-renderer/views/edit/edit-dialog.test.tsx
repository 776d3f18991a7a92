import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { AppError } from '#contract/app-error'
import type { ChangePlan } from '#contract/sandbox-operations'
import { initialAgentState } from '../../store/agent-state.ts'
import { agentStore } from '../../store/agent-store.ts'
import { makeFakeJoey } from '../../testing/fake-joey.ts'
import { renderScreen } from '../../testing/render.tsx'
import { makeSandbox } from '../../testing/samples.ts'
import { EditDialog } from './edit-dialog.tsx'

const sandbox = makeSandbox({ state: 'running' })
const planned: ChangePlan = {
  fields: [
    { field: 'labels', effect: 'live' },
    { field: 'env', effect: 'nextStart' },
  ],
  ...{ restarts: false, keepsSnapshot: false, lost: [], problems: [] },
}

function open(plan: (request: unknown) => unknown, change: () => unknown = () => ({ sandbox, kept: null })) {
  const joey = makeFakeJoey({ calls: { 'sandbox.planChange': plan, 'sandbox.change': change } })
  Object.assign(window, { joey })
  agentStore.setState({ ...initialAgentState, link: { state: 'live' }, seq: 1 })
  const onClose = vi.fn()
  renderScreen(<EditDialog sandbox={sandbox} open onClose={onClose} />)
  return { joey, onClose }
}

const dialog = () => within(screen.getByRole('dialog', { name: `Edit ${sandbox.name}` }))
const press = (name: string) => userEvent.click(dialog().getByRole('button', { name }))
async function addLabel(): Promise<void> {
  await press('Add label')
  await userEvent.type(dialog().getByLabelText('Label'), 'team')
}

test('a plan comes before the change, and the change is what was planned', async () => {
  const { joey, onClose } = open(() => planned)
  await addLabel()
  await press('Show the plan')
  expect(await dialog().findByText('with its next start')).toBeTruthy()
  expect(joey.requests.map(({ name }) => name)).not.toContain('sandbox.change')
  await press('Change')
  await waitFor(() => expect(onClose).toHaveBeenCalled())
  const asked = joey.requests.filter(({ name }) => name.startsWith('sandbox.')).map(({ request }) => request)
  const change = { ref: sandbox.id, change: { labels: { team: '' } }, restart: false }
  expect(asked).toEqual([change, change])
})

test('what would wait can be had at once, with what that costs', async () => {
  const now: ChangePlan = {
    ...planned,
    ...{ restarts: true, keepsSnapshot: true, lost: ['Everything in memory'] },
  }
  const { joey } = open((request) => ((request as { restart: boolean }).restart ? now : planned))
  await addLabel()
  await press('Show the plan')
  await userEvent.click(await dialog().findByRole('checkbox', { name: /^Stop it and start it again/ }))
  expect(await dialog().findByText('Everything in memory')).toBeTruthy()
  await press('Change and restart')
  await waitFor(() =>
    expect(joey.requests.find(({ name }) => name === 'sandbox.change')?.request).toMatchObject({ restart: true }),
  )
})

test('what prevents it is said, and it cannot be done', async () => {
  const problem = { level: 'blocks' as const, reason: 'port-taken', message: 'Port 80 is taken.' }
  open(() => ({ ...planned, problems: [problem] }))
  await addLabel()
  await press('Show the plan')
  expect(await dialog().findByText('What prevents it')).toBeTruthy()
  expect(dialog().getByRole<HTMLButtonElement>('button', { name: 'Change' }).disabled).toBe(true)
})

test('what was typed stays when it is refused', async () => {
  const refused = new AppError({ code: 'conflict', reason: 'test', message: 'It is busy.' })
  open(
    () => planned,
    () => {
      throw refused
    },
  )
  await addLabel()
  await press('Show the plan')
  await press('Change')
  expect(await dialog().findByText(/It is busy/)).toBeTruthy()
  await press('Back')
  expect(dialog().getByLabelText<HTMLInputElement>('Label').value).toBe('team')
})
