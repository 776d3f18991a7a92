import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test } from 'vitest'
import { initialAgentState } from '../../store/agent-state.ts'
import { agentStore } from '../../store/agent-store.ts'
import { everySandbox, uiStore } from '../../store/ui-store.ts'
import { makeFakeJoey } from '../../testing/fake-joey.ts'
import { renderScreen } from '../../testing/render.tsx'
import { makeSandbox } from '../../testing/samples.ts'
import { ImagesPage } from '../images/images-page.tsx'
import { SandboxesPage } from './sandboxes-page.tsx'

const sandboxes = [
  makeSandbox({ id: '000000000001', name: 'web' }),
  makeSandbox({ id: '000000000002', name: 'web-old', state: 'stopped' }),
  makeSandbox({ id: '000000000003', name: 'db' }),
]

beforeEach(() => {
  Object.assign(window, { joey: makeFakeJoey({}) })
  uiStore.setState({ searches: { sandboxes: '', images: '', volumes: '' }, filter: everySandbox })
  const all = new Map(sandboxes.map((each) => [each.id, each]))
  agentStore.setState({ ...initialAgentState, link: { state: 'live' }, seq: 1, sandboxes: all })
})

const names = (): (string | null)[] =>
  within(screen.getByRole('table'))
    .getAllByRole('link')
    .map(({ textContent }) => textContent)

test('the counts are of what the search leaves', async () => {
  renderScreen(<SandboxesPage />)
  await userEvent.type(screen.getByRole('textbox', { name: 'Search' }), 'web')
  expect(screen.getByRole('radio', { name: /^All/ }).textContent).toBe('All2')
  expect(screen.getByRole('radio', { name: /^Running/ }).textContent).toBe('Running1')
})

test('search, state and place are as they were when the page was left, and no other page has the search', async () => {
  const { unmount } = renderScreen(<SandboxesPage />)
  await userEvent.type(screen.getByRole('textbox', { name: 'Search' }), 'web')
  await userEvent.click(screen.getByRole('radio', { name: /^Stopped/ }))
  screen.getByRole('main').scrollTop = 120
  unmount()

  const images = renderScreen(<ImagesPage />)
  expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Search' }).value).toBe('')
  images.unmount()

  renderScreen(<SandboxesPage />)
  expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Search' }).value).toBe('web')
  expect(names()).toEqual(['web-old'])
  expect(screen.getByRole('main').scrollTop).toBe(120)
})
