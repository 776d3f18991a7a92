import { screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { appStore, loadApp } from '../../store/app-store.ts'
import { makeFakeJoey } from '../../testing/fake-joey.ts'
import { renderScreen } from '../../testing/render.tsx'
import { Sidebar } from './sidebar.tsx'

afterEach(() => appStore.setState({ electron: { kind: 'unknown' } }))

const runOn = async (electron: string, isOlderElectron: boolean): Promise<void> => {
  const info = { version: '0.1.0', platform: 'linux', electron, isOlderElectron }
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
