import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { expect, test } from 'vitest'
import type { Sandbox } from '#contract/sandbox'
import type { Volume } from '#contract/volume'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { initialAgentState } from '../../store/agent-state.ts'
import { agentStore } from '../../store/agent-store.ts'
import { uiStore, useUi } from '../../store/ui-store.ts'
import { makeFakeJoey } from '../../testing/fake-joey.ts'
import { renderScreen } from '../../testing/render.tsx'
import { makeSandbox } from '../../testing/samples.ts'
import { VolumesPage } from './volumes-page.tsx'

function Questions(): ReactNode {
  return (
    <ConfirmDialog question={useUi((state) => state.question)} onClose={() => uiStore.setState({ question: null })} />
  )
}

const makeVolume = (name: string, more: Partial<Volume> = {}): Volume => ({
  ...{ name, anonymous: false, labels: {}, createdAt: '2026-01-01T00:00:00.000Z' },
  ...more,
})

function open(volumes: readonly Volume[], sandboxes: readonly Sandbox[] = []) {
  const sized = volumes.map((volume) => ({ ...volume, users: [], sizeBytes: 3 * 2 ** 20 }))
  const calls = {
    'volume.list': () => sized,
    'volume.remove': ({ name }: { name: string }) => ({ name }),
    'volume.create': ({ name }: { name: string }) => makeVolume(name),
  }
  const joey = makeFakeJoey({ calls })
  Object.assign(window, { joey })
  agentStore.setState({
    ...{ ...initialAgentState, link: { state: 'live' }, seq: 1 },
    volumes: new Map(volumes.map((volume) => [volume.name, volume])),
    sandboxes: new Map(sandboxes.map((sandbox) => [sandbox.id, sandbox])),
  })
  renderScreen(
    <>
      <VolumesPage />
      <Questions />
    </>,
  )
  return joey
}

const row = (name: string) => screen.getByRole('row', { name: new RegExp(name) })

test('a volume stands with its size and with who uses it, and is not removed while somebody does', async () => {
  const made = makeSandbox()
  const spec = { ...made.spec, volumes: [{ volume: 'data', target: '/srv', readOnly: false }] }
  open([makeVolume('data')], [{ ...made, spec }])
  expect(await within(row('data')).findByText('3 MiB')).toBeTruthy()
  expect(within(row('data')).getByRole('link', { name: made.name })).toBeTruthy()
  const remove = within(row('data')).getByRole('button', { name: 'Remove data' })
  expect(remove.getAttribute('aria-disabled') ?? String((remove as HTMLButtonElement).disabled)).toBe('true')
})

test('before a volume is removed it is said what is lost', async () => {
  const joey = open([makeVolume('data')])
  await within(row('data')).findByText('3 MiB')
  await userEvent.click(within(row('data')).getByRole('button', { name: 'Remove data' }))
  const question = await screen.findByRole('alertdialog')
  expect(question.textContent).toContain('Everything in it (3 MiB) is lost for good.')
  await userEvent.click(within(question).getByRole('button', { name: 'Remove' }))
  await waitFor(() => expect(joey.requests.map(({ name }) => name)).toContain('volume.remove'))
})

test('one that was made for a sandbox is marked, and its name is short', () => {
  open([makeVolume('0123456789abcdef'.repeat(4), { anonymous: true })])
  expect(within(row('0123456789ab')).getByText('of one sandbox')).toBeTruthy()
})

test('a name that no volume can have is not asked for', async () => {
  const joey = open([])
  const field = screen.getByLabelText('New volume')
  const create = screen.getByRole<HTMLButtonElement>('button', { name: 'Create volume' })
  await userEvent.type(field, '/data{Enter}')
  expect(create.disabled).toBe(true)
  await userEvent.clear(field)
  await userEvent.type(field, 'data{Enter}')
  await waitFor(() => expect(joey.requests).toMatchObject([{ name: 'volume.create', request: { name: 'data' } }]))
})
