import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { appError } from '#contract/app-error'
import type { Task } from '#contract/image'
import { initialAgentState } from '../../store/agent-state.ts'
import { agentStore } from '../../store/agent-store.ts'
import { makeFakeJoey } from '../../testing/fake-joey.ts'
import { renderScreen } from '../../testing/render.tsx'
import { makeImage } from '../../testing/samples.ts'
import { ImagesPage } from './images-page.tsx'

function open(pull: (request: { allowHosts?: string[] }) => unknown) {
  const joey = makeFakeJoey({ calls: { 'image.pull': pull } })
  Object.assign(window, { joey })
  const image = makeImage()
  const images = new Map([[image.digest, image]])
  agentStore.setState({ ...initialAgentState, link: { state: 'live' }, seq: 1, images })
  renderScreen(<ImagesPage />)
  return joey
}

const field = () => screen.getByLabelText<HTMLInputElement>('Pull from a registry')
const requests = (joey: ReturnType<typeof open>) => joey.requests.filter(({ name }) => name === 'image.pull')

test('a name is pulled by Enter, and the field is empty for the next', async () => {
  const pulled = { image: makeImage(), name: 'debian:12', manifest: makeImage().digest }
  const joey = open(() => ({ ...pulled, fetchedBytes: 1, fetchedLayers: 1, totalLayers: 1 }))
  await userEvent.type(field(), 'debian:12{Enter}')
  await waitFor(() => expect(field().value).toBe(''))
  expect(requests(joey)[0]?.request).toMatchObject({ ref: 'debian:12' })
})

test('a host that a registry leads to is allowed by a button, this once', async () => {
  const joey = open(({ allowHosts }) => {
    const where = { registry: 'reg.example', host: 'cdn.example', name: 'reg.example/web:1' }
    throw allowHosts ? appError('registry-image-missing', { whole: 'it' }) : appError('registry-host-refused', where)
  })
  await userEvent.type(field(), 'reg.example/web:1{Enter}')
  await userEvent.click(await screen.findByRole('button', { name: 'Allow cdn.example this once' }))
  expect(await screen.findByText('The registry has no image it.')).toBeTruthy()
  expect(requests(joey).map(({ request }) => request)).toMatchObject([{}, { allowHosts: ['cdn.example'] }])
  expect(screen.queryByRole('button', { name: /Allow/ })).toBeNull()
})

test('how far a pull is stands among the work in progress', async () => {
  open(() => null)
  const transfer = {
    ...{ bytes: 5 * 2 ** 20, totalBytes: 20 * 2 ** 20, bytesPerSecond: 3 * 2 ** 20 },
    ...{ layers: 1, hereLayers: 2, totalLayers: 5, resumed: 1 },
  }
  const task: Task = {
    ...{ id: 'pull-0001', kind: 'image.pull', subject: 'debian:12', phase: 'fetching', progress: 0.2 },
    ...{ startedAt: '2026-01-01T00:00:00.000Z', message: null, transfer },
  }
  agentStore.setState({ tasks: new Map([[task.id, task]]) })
  const words = '5 MiB of 20 MiB · 3 of 5 layers · 3 MiB/s · 5 s left · taken up again once'
  expect(await screen.findByText(words)).toBeTruthy()
})
