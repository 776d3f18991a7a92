import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Sandbox } from '#contract/sandbox'
import { initialAgentState } from '../../store/agent-state.ts'
import { agentStore } from '../../store/agent-store.ts'
import { activeTab, emptyLayout } from '../../store/dock-layout.ts'
import { dockStore } from '../../store/dock-store.ts'
import { makeFakeJoey } from '../../testing/fake-joey.ts'
import { renderScreen } from '../../testing/render.tsx'
import { makeSandbox } from '../../testing/samples.ts'
import { OverviewCards } from './overview-cards.tsx'

const line = (text: string) => ({ at: '2026-01-01T00:00:00.000000000Z', stream: 'stdout', text, partial: false })

function show(changes: Partial<Sandbox> = {}): void {
  renderScreen(<OverviewCards sandbox={makeSandbox(changes)} />)
}
const card = (name: string) => within(screen.getByRole('region', { name }))

beforeEach(() => {
  const joey = makeFakeJoey({
    streams: {
      'sandbox.logs': (_request, send) => {
        const lines = Array.from({ length: 12 }, (_, index) => line(`line ${index + 1}`))
        send({ type: 'text', text: JSON.stringify({ type: 'lines', lines }) })
        return () => undefined
      },
    },
  })
  vi.stubGlobal('joey', joey)
  agentStore.setState({ ...initialAgentState, link: { state: 'live' } })
  dockStore.setState({ layout: emptyLayout, view: 'closed' })
})

test('the latest lines are there, and the whole log is one press away', async () => {
  show()
  const latest = await card('Latest lines').findByText(/line 12/)
  expect(latest.textContent?.split('\n')[0]).toBe('line 5')
  await userEvent.click(card('Latest lines').getByRole('button', { name: 'Whole log' }))
  expect(activeTab(dockStore.getState().layout)).toEqual({ kind: 'log', sandboxId: makeSandbox().id })
})

test('a port is opened in the browser, where it is one that a browser can open', async () => {
  const open = vi.spyOn(window, 'open').mockReturnValue(null)
  show({
    ports: [
      { hostPort: 8080, guestPort: 80 },
      { hostPort: 5353, guestPort: 53, protocol: 'udp' },
    ],
  })
  const ports = card('Ports')
  expect(ports.getAllByRole('button')).toHaveLength(1)
  await userEvent.click(ports.getByRole('button', { name: 'Open 127.0.0.1:8080 in the browser' }))
  expect(open).toHaveBeenCalledExactlyOnceWith('http://127.0.0.1:8080/', '_blank', 'noopener')
  open.mockRestore()
})

test('how it went is told: its starts, its health and its last end', () => {
  const at = '2026-01-01T00:00:00.000Z'
  show({
    ...{ health: 'unhealthy', restarts: 3 },
    exit: { reason: 'exited', code: 3, at, message: 'It ended with exit code 3.' } as Sandbox['exit'],
  })
  const course = card('Starts and ends')
  expect(course.getByText('3', { exact: true })).toBeDefined()
  expect(course.getByText(/^It ended with exit code 3\./)).toBeDefined()
})
