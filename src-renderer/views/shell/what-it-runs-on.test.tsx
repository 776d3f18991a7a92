import { cleanup, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { initialAgentState } from '../../store/agent-state.ts'
import { agentStore } from '../../store/agent-store.ts'
import { appStore, loadApp } from '../../store/app-store.ts'
import { makeFakeJoey } from '../../testing/fake-joey.ts'
import { renderScreen } from '../../testing/render.tsx'
import { SandboxesPage } from '../sandboxes/sandboxes-page.tsx'
import { Sidebar } from './sidebar.tsx'

afterEach(() => appStore.setState({ electron: { kind: 'unknown' }, process: null, command: 'joey' }))

const runOn = async (electron: string, isOlderElectron: boolean, isConfined = true): Promise<void> => {
  const info = { version: '0.1.0', platform: 'linux', electron, isOlderElectron, uid: 1000, isConfined }
  Object.assign(window, { joey: makeFakeJoey({ calls: { 'app.info': () => info } }) })
  renderScreen(<Sidebar />)
  await loadApp()
}

test('a window on an older Electron says so, with its version', async () => {
  await runOn('25.1.1', true)
  const words = 'Older Electron 25.1.1: good for trying, not for daily use.'
  await waitFor(() => expect(screen.getByText(words)).toBeTruthy())
})

test('a window on the right one says nothing of it', async () => {
  await runOn('45.4.1', false)
  expect(screen.queryByText(/Older Electron/)).toBeNull()
})

test('a window whose page Chromium does not confine says so, and one that it confines says nothing', async () => {
  await runOn('45.4.1', false, false)
  await waitFor(() => expect(screen.getByText(/Chromium does not confine this window/)).toBeTruthy())
  cleanup()
  await runOn('45.4.1', false, true)
  expect(screen.queryByText(/does not confine/)).toBeNull()
})

test('a first sandbox from a shell is shown with the command line of this installation', async () => {
  const info = {
    version: '0.1.0',
    platform: 'linux',
    electron: '45.4.1',
    isOlderElectron: false,
    uid: 1000,
    isConfined: true,
  }
  const calls = { 'app.info': () => ({ ...info, command: '/opt/my joey/joey' }) }
  Object.assign(window, { joey: makeFakeJoey({ calls }) })
  await loadApp()
  agentStore.setState({ ...initialAgentState, link: { state: 'live' }, seq: 1 })
  renderScreen(<SandboxesPage />)
  expect(screen.getByText("'/opt/my joey/joey' run -it busybox -- sh")).toBeTruthy()
})
