import type { BrowserWindowConstructorOptions } from 'electron'

export const smallestWindow = { width: 720, height: 480 } as const

export interface WindowChoices {
  readonly preload: string
  readonly bounds: {
    readonly x?: number | undefined
    readonly y?: number | undefined
    readonly width: number
    readonly height: number
  }
  readonly background: string
  readonly devTools: boolean
}

/**
 * Everything a window of Joey may do is decided here; the unit test pins it, and an end-to-end test reads what is in
 * effect. Defaults of Electron are repeated on purpose, because they have changed before.
 */
export function windowOptions(choices: WindowChoices): BrowserWindowConstructorOptions {
  const { x, y, width, height } = choices.bounds
  return {
    ...(x === undefined || y === undefined ? {} : { x, y }),
    width,
    height,
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    title: 'Joey',
    show: false, // until it has something to show, so that nothing flashes
    backgroundColor: choices.background,
    webPreferences: {
      preload: choices.preload,
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
      devTools: choices.devTools,
    },
  }
}
