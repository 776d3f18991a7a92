import { screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { appStore } from '../../store/app-store.ts'
import { renderScreen } from '../../testing/render.tsx'
import { FilePicture } from './file-picture.tsx'

afterEach(() => appStore.setState({ electron: { kind: 'unknown' } }))

const picture = <FilePicture bytes={Uint8Array.of(0x89, 0x50)} type="image/png" name="cat.png" />

test('a picture of a guest is shown by its name', () => {
  appStore.setState({ electron: { kind: 'right' } })
  renderScreen(picture)
  expect(screen.getByRole('img', { name: 'cat.png' }).getAttribute('src')).toBe('data:image/png;base64,iVA=')
})

test('an older Electron is given no picture of a guest, and says why', () => {
  appStore.setState({ electron: { kind: 'older', version: '25.1.1' } })
  renderScreen(picture)
  expect(screen.queryByRole('img')).toBeNull()
  expect(screen.getByText(/This older Electron shows none/)).toBeTruthy()
})

test('before it is known what the window runs on, no picture is read', () => {
  renderScreen(picture)
  expect(screen.queryByRole('img')).toBeNull()
})
