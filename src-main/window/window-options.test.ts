import { expect, test } from 'vitest'
import { windowOptions } from './window-options.ts'

const choices = { preload: '/p/index.cjs', bounds: { width: 900, height: 600 }, background: '#111', devTools: false }

test('the page is isolated, sandboxed, without Node and without doors to other content', () => {
  expect(windowOptions(choices).webPreferences).toEqual({
    preload: '/p/index.cjs',
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    plugins: false,
    navigateOnDragDrop: false,
    disableDialogs: true,
    spellcheck: false,
    devTools: false,
  })
})

test('the window stays hidden until it has something to show, in the colour of the theme', () => {
  expect(windowOptions(choices)).toMatchObject({ show: false, backgroundColor: '#111', width: 900, height: 600 })
})
