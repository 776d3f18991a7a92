import { act, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import type { IsolationClass } from '#contract/sandbox'
import { initialAgentState } from '../../store/agent-state.ts'
import { agentStore } from '../../store/agent-store.ts'
import { classesStore } from '../../store/classes-store.ts'
import { initialSettings } from '../../store/settings-slice.ts'
import { uiStore } from '../../store/ui-store.ts'
import { type FakeJoey, makeFakeJoey } from '../../testing/fake-joey.ts'
import { makeAdvice, profilesWithoutGvisor } from '../../testing/isolation-samples.ts'
import { renderScreen } from '../../testing/render.tsx'
import { makeImage, makeSandbox } from '../../testing/samples.ts'
import { CreateDialog } from './create-dialog.tsx'

function open(create: () => unknown = () => makeSandbox(), defaultClass: IsolationClass = 'container'): FakeJoey {
  const joey = makeFakeJoey({
    calls: { 'sandbox.create': create, 'class.list': () => profilesWithoutGvisor, 'class.advise': () => makeAdvice() },
  })
  Object.assign(window, { joey })
  const image = makeImage()
  agentStore.setState({
    ...initialAgentState,
    link: { state: 'live' },
    seq: 1,
    images: new Map([[image.digest, image]]),
    settings: { ...initialSettings, defaultClass },
  })
  classesStore.setState({ classes: { kind: 'loading' } })
  uiStore.setState({ createOpen: true, question: null })
  renderScreen(<CreateDialog />)
  return joey
}

const dialog = () => within(screen.getByRole('dialog', { name: 'New sandbox' }))
const field = (name: string): HTMLInputElement => dialog().getByLabelText<HTMLInputElement>(name)
const fill = async (name: string, text: string): Promise<void> => {
  await userEvent.clear(field(name))
  await userEvent.type(field(name), text)
}
const create = (): Promise<void> => userEvent.click(dialog().getByRole('button', { name: 'Create' }))

test('what was typed is requested, and the dialog closes', async () => {
  const joey = open()
  await fill('Name', 'web-1')
  await fill('Memory', '64 MB')
  await fill('Command', 'sleep 100')
  await create()

  await waitFor(() => expect(uiStore.getState().createOpen).toBe(false))
  expect(joey.requests.find(({ name }) => name === 'sandbox.create')?.request).toMatchObject({
    name: 'web-1',
    spec: { image: 'busybox:latest', command: ['sleep', '100'], tty: false, limits: { memoryBytes: 64 * 1024 ** 2 } },
  })
})

test('what is wrong is said at its field, and nothing is sent', async () => {
  const joey = open()
  await fill('Name', 'Web 1')
  await create()

  expect(field('Name').getAttribute('aria-invalid')).toBe('true')
  expect(dialog().getByText(/1 to 63 letters, digits/)).toBeTruthy()
  expect(joey.requests.some(({ name }) => name === 'sandbox.create')).toBe(false)
})

test('a refusal is shown at its field and loses nothing', async () => {
  open(() => {
    throw new AppError({ code: 'conflict', reason: 'sandbox-name-taken', message: 'Another sandbox is called web-1.' })
  })
  await fill('Name', 'web-1')
  await fill('Command', 'sleep 1')
  await create()

  expect(await dialog().findByText('Another sandbox is called web-1.')).toBeTruthy()
  expect([field('Name').value, field('Command').value]).toEqual(['web-1', 'sleep 1'])
})

test('a class that this host lacks is closed and says why', async () => {
  open()

  expect(await dialog().findByText('runsc was not found. Install the package runsc.')).toBeTruthy()
  expect(dialog().getByRole<HTMLButtonElement>('radio', { name: /gVisor/ }).disabled).toBe(true)
  expect(dialog().getByRole<HTMLButtonElement>('radio', { name: /Container/ }).disabled).toBe(false)
})

test('a shell gets a terminal by itself, another command does not', async () => {
  open()
  const tty = dialog().getByRole('switch', { name: 'Give the main process a terminal' })
  expect(tty.getAttribute('aria-checked')).toBe('true')
  await fill('Command', 'sleep 100')
  expect(tty.getAttribute('aria-checked')).toBe('false')
})

test('a class shows what it costs, what nobody measured, and that it is emulated', async () => {
  open()
  const machine = await dialog().findByRole('radio', { name: /Micro-VM/ })
  await waitFor(() => expect(machine.textContent).toContain('650 ms'))
  expect(machine.textContent).toContain('not measured yet')
  expect(machine.textContent).toContain('Emulated. This machine offers no hardware virtualisation')
})

test('advice marks a class, gives its sentences, and shows what would not work in the chosen one', async () => {
  const joey = open(undefined, 'microvm')
  expect(await dialog().findByText('Recommended')).toBeTruthy()
  expect(dialog().getByText(/keeps it off the kernel/)).toBeTruthy()
  expect(await dialog().findByText(/has no host network/)).toBeTruthy()

  await userEvent.click(dialog().getByRole('radio', { name: 'From somebody else' }))
  await waitFor(() =>
    expect(joey.requests.findLast(({ name }) => name === 'class.advise')?.request).toMatchObject({ trusted: false }),
  )
})

test('the class of the settings is chosen at first', () => {
  open(undefined, 'microvm')
  expect(
    dialog()
      .getByRole('radio', { name: /Micro-VM/ })
      .getAttribute('aria-checked'),
  ).toBe('true')
})

test('a grant warns of what it opens and goes into the request', async () => {
  const joey = open()
  await userEvent.click(dialog().getByText(/Ports, mounts/))
  await userEvent.click(dialog().getByRole('button', { name: 'Add grant' }))
  expect(dialog().getByText(/reads this path of your machine/)).toBeTruthy()
  await userEvent.selectOptions(dialog().getByLabelText('Access'), 'Read and write')
  expect(dialog().getByText(/can change this path of your machine/)).toBeTruthy()
  await userEvent.type(dialog().getByLabelText('Path on this machine'), '/etc')
  await fill('Shared network', 'lan')
  await create()

  await waitFor(() =>
    expect(joey.requests.find(({ name }) => name === 'sandbox.create')?.request).toMatchObject({
      spec: { networkName: 'lan', grants: [{ kind: 'host-path', path: '/etc', access: 'rw' }] },
    }),
  )
})

test('an image that is not here can be pulled, and Create does so by itself', async () => {
  let here = false
  const joey = open(() => {
    if (!here) throw new AppError({ code: 'notFound', reason: 'image-not-found', message: 'There is no image debian.' })
    return makeSandbox()
  })
  const call = joey.call.bind(joey)
  joey.call = (name, request) => {
    if (name !== 'image.pull') return call(name, request)
    here = true
    joey.requests.push({ name, request })
    const image = makeImage()
    const sums = { fetchedBytes: 1, fetchedLayers: 1, totalLayers: 1 }
    return Promise.resolve({ ok: true, value: { image, name: 'debian:latest', manifest: image.digest, ...sums } })
  }
  await fill('Image', 'debian')
  expect(dialog().getByText(/It is not here/)).toBeTruthy()
  await userEvent.click(dialog().getByRole('button', { name: 'Pull' }))
  await waitFor(() => expect(field('Image').value).toBe('debian:latest'))

  here = false
  await create()
  await waitFor(() => expect(uiStore.getState().createOpen).toBe(false))
  expect(joey.requests.filter(({ name }) => name === 'image.pull').map(({ request }) => request)).toMatchObject([
    { ref: 'debian' },
    { ref: 'debian:latest' },
  ])
})

const isFocusedIn = (name: string): boolean => document.activeElement === field(name)

test('Create leads to the first field that is wrong, folded away or not, and says how many there are', async () => {
  open()
  await fill('Name', 'web-1')
  await fill('Memory', '1 kilo')
  await userEvent.click(dialog().getByText(/Ports, mounts/))
  await userEvent.click(dialog().getByRole('button', { name: 'Add port' }))
  await userEvent.type(dialog().getByLabelText('Host port'), '99999')
  await create()
  expect(isFocusedIn('Memory')).toBe(true)
  expect(dialog().getByText('2 fields are not right yet')).toBeTruthy()

  await fill('Memory', '1 GiB')
  await create()
  expect(isFocusedIn('Host port')).toBe(true)
})

test('a row that was added is not wrong before something is typed, nor while it is, but when it is left', async () => {
  const joey = open()
  const isWrong = (): boolean => dialog().queryByText(/Each port is a number/) !== null
  await userEvent.click(dialog().getByText(/Ports, mounts/))
  await userEvent.click(dialog().getByRole('button', { name: 'Add port' }))
  await userEvent.type(dialog().getByLabelText('Host port'), '80')
  expect(isWrong()).toBe(false)
  await userEvent.click(field('Name'))
  expect(isWrong()).toBe(true)
  await userEvent.clear(dialog().getByLabelText('Host port'))
  expect(isWrong()).toBe(false)
  await create()
  await waitFor(() =>
    expect(joey.requests.find(({ name }) => name === 'sandbox.create')?.request).toMatchObject({ spec: { ports: [] } }),
  )
})

test('Escape closes the suggestions first, and asks before it throws away what was entered', async () => {
  open()
  await fill('Command', 'sleep 1')
  await userEvent.click(field('Image'))
  expect(field('Image').getAttribute('aria-expanded')).toBe('true')
  await userEvent.keyboard('{Escape}')
  expect(field('Image').getAttribute('aria-expanded')).toBe('false')
  expect(uiStore.getState()).toMatchObject({ createOpen: true, question: null })

  await userEvent.keyboard('{Escape}')
  expect(uiStore.getState()).toMatchObject({ createOpen: true, question: { confirm: 'Close', danger: true } })
  uiStore.getState().question?.onConfirm()
  expect(uiStore.getState().createOpen).toBe(false)
})

test('a press beside the dialog does not throw away what was typed', async () => {
  open()
  await fill('Command', 'sleep 1')
  const scrim = document.querySelector('.scrim')
  if (scrim) await userEvent.click(scrim, { pointerEventsCheck: 0 })
  expect(field('Command').value).toBe('sleep 1')
  expect(uiStore.getState().question).toBeNull()
})

test('an untouched dialog closes without a question', async () => {
  open()
  await userEvent.click(dialog().getByRole('button', { name: 'Cancel' }))
  expect(uiStore.getState()).toMatchObject({ createOpen: false, question: null })
})

test('advice goes when what it was given on is not there any more', async () => {
  open()
  expect(await dialog().findByText(/keeps it off the kernel/)).toBeTruthy()
  await userEvent.clear(field('Image'))
  await waitFor(() => expect(dialog().queryByText(/keeps it off the kernel/)).toBeNull())
})

test('a class that nobody measured says so once', async () => {
  open()
  const container = dialog().getByRole('radio', { name: /Container/ })
  await waitFor(() => expect(classesStore.getState().classes.kind).toBe('ready'))
  const estimate = { startMs: null, memoryOverheadBytes: null, systemCallFactor: null, measuredHere: false }
  const profiles = profilesWithoutGvisor.map((each) => ({ ...each, estimate }))
  act(() => classesStore.setState({ classes: { kind: 'ready', profiles } }))
  expect(container.textContent).toContain('Not measured on this machine yet.')
  expect(container.textContent).not.toContain('not measured yet')
})

test('an image that needs no registry is offered where its name is typed, and taken once it is made', async () => {
  const joey = open()
  const call = joey.call.bind(joey)
  joey.call = (name, request) => {
    if (name !== 'image.make') return call(name, request)
    joey.requests.push({ name, request })
    return Promise.resolve({ ok: true, value: { image: makeImage(), name: 'python:latest', made: true } })
  }
  await fill('Image', 'python')
  await userEvent.click(dialog().getByRole('button', { name: 'Make Python' }))
  await waitFor(() => expect(field('Image').value).toBe('python:latest'))
  expect(joey.requests.find(({ name }) => name === 'image.make')?.request).toMatchObject({ recipe: 'python' })
})
