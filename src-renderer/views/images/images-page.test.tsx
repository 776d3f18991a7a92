import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { initialAgentState } from '../../store/agent-state.ts'
import { agentStore } from '../../store/agent-store.ts'
import { makeFakeJoey } from '../../testing/fake-joey.ts'
import { renderScreen } from '../../testing/render.tsx'
import { makeImage } from '../../testing/samples.ts'
import { ImagesPage } from './images-page.tsx'

const mebibyte = 2 ** 20

test.each([
  ['what an image shares with others', 119, '200 MiB unpacked; other images have 119 MiB of this on disk too'],
  ['nothing of that where it shares nothing', 0, '200 MiB unpacked'],
])('the size of an image says %s', (_what, shared, title) => {
  Object.assign(window, { joey: makeFakeJoey({ calls: {} }) })
  const sizes = { sizeBytes: 124 * mebibyte, sharedBytes: shared * mebibyte, contentBytes: 200 * mebibyte }
  const image = makeImage(sizes)
  const images = new Map([[image.digest, image]])
  agentStore.setState({ ...initialAgentState, link: { state: 'live' }, seq: 1, images })
  renderScreen(<ImagesPage />)
  expect(screen.getByTitle(title).textContent).toBe('124 MiB')
})
