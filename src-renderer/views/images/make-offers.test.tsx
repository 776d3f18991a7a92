import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { appError } from '#contract/app-error'
import type { Image } from '#contract/image'
import { initialAgentState } from '../../store/agent-state.ts'
import { agentStore } from '../../store/agent-store.ts'
import { makeFakeJoey } from '../../testing/fake-joey.ts'
import { renderScreen } from '../../testing/render.tsx'
import { makeImage } from '../../testing/samples.ts'
import { ImagesPage } from './images-page.tsx'

const builtIn = makeImage({ builtIn: true, names: ['busybox:latest'] })

function open(images: readonly Image[], make: () => unknown = () => null) {
  const joey = makeFakeJoey({ calls: { 'image.make': make } })
  Object.assign(window, { joey })
  const known = new Map(images.map((image) => [image.digest, image]))
  agentStore.setState({ ...initialAgentState, link: { state: 'live' }, seq: 1, images: known })
  renderScreen(<ImagesPage />)
  return joey
}

const offers = () => screen.queryAllByRole('button', { name: /^Make / }).map(({ textContent }) => textContent)

test('who has only what is built in is offered what needs no registry, and it is made by a button', async () => {
  const joey = open([builtIn], () => ({ image: makeImage(), name: 'debian:latest', made: true }))
  expect(offers()).toEqual(['Make Debian', 'Make Node.js', 'Make Python'])
  await userEvent.click(screen.getByRole('button', { name: 'Make Debian' }))
  await waitFor(() => expect(joey.requests.at(-1)).toMatchObject({ name: 'image.make', request: { recipe: 'debian' } }))
})

test('what cannot be made says why', async () => {
  open([builtIn], () => {
    throw appError('mirror-unreachable', {
      mirror: 'http://mirror.example',
      code: 'ENETUNREACH',
      here: 'busybox:latest',
    })
  })
  await userEvent.click(screen.getByRole('button', { name: 'Make Python' }))
  expect(await screen.findByText(/cannot be fetched from http:\/\/mirror\.example/)).toBeTruthy()
})

test('who has images of his own is offered nothing', () => {
  open([builtIn, makeImage({ digest: `sha256:${'b'.repeat(64)}`, names: ['team/web:1'], builtIn: false })])
  expect(offers()).toEqual([])
})
