import { BrowserWindow, dialog, nativeTheme, screen } from 'electron'
import type { Leaving } from '../platform/leaving.ts'
import type { Paths } from '../platform/paths.ts'
import { backgroundOf, followTheme } from '../platform/theme.ts'
import { word } from '../platform/words.ts'
import { windowOptions } from './window-options.ts'
import { fitToScreens, readWindowState, writeWindowState } from './window-state.ts'

const showAtLatestMs = 4000

interface Options {
  readonly devTools: boolean
  readonly leaving: Leaving
}

/** Makes the window where it was last, hidden until its page is drawn. It loads nothing yet. */
export function createMainWindow(paths: Paths, { devTools, leaving }: Options): BrowserWindow {
  const areas = screen.getAllDisplays().map(({ workArea }) => workArea)
  const { maximized, ...bounds } = fitToScreens(readWindowState(paths.windowState), areas)
  const background = backgroundOf(nativeTheme)
  const window = new BrowserWindow(windowOptions({ preload: paths.preload, bounds, background, devTools }))
  // Hidden for good, and not by Alt: a shell wants that key.
  window.setMenuBarVisibility(false)
  showWhenDrawn(window, maximized)
  keepState(window, paths.windowState)
  askBeforeLoss(window, leaving)
  window.on('closed', followTheme(nativeTheme, window))
  return window
}

/** A page that fails to draw must not leave an app that seems not to have started. */
function showWhenDrawn(window: BrowserWindow, maximized: boolean): void {
  const show = (): void => {
    clearTimeout(timer)
    if (window.isDestroyed() || window.isVisible()) return
    if (maximized) window.maximize()
    window.show()
  }
  const timer = setTimeout(show, showAtLatestMs)
  window.once('ready-to-show', show)
  window.once('closed', () => clearTimeout(timer))
}

/** The page says that it holds text which is nowhere else, and Chromium would then stay without a word. */
function askBeforeLoss(window: BrowserWindow, leaving: Leaving): void {
  window.webContents.on('will-prevent-unload', (event) => {
    leaving.takeBack()
    const chosen = dialog.showMessageBoxSync(window, {
      type: 'question',
      message: word('unsavedTitle'),
      detail: word('unsavedText'),
      buttons: [word('goBack'), word('discardEdits')],
      defaultId: 0,
      cancelId: 0,
    })
    if (chosen !== 1) return
    leaving.begin()
    // Here this means to leave in spite of the page.
    event.preventDefault()
  })
}

function keepState(window: BrowserWindow, path: string): void {
  window.on('close', () => {
    const { x, y, width, height } = window.getNormalBounds()
    try {
      writeWindowState(path, { x, y, width, height, maximized: window.isMaximized() })
    } catch {
      // a full disk costs the position, not the closing
    }
  })
}
