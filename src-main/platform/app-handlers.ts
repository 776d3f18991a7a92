import { app, BrowserWindow, clipboard, dialog, type OpenDialogOptions, shell } from 'electron'
import type { AppHandlers } from '../ipc/app.ts'

interface Deps {
  readonly startAgent: () => Promise<void>
  /** The log of the agent, or of the window where no agent answers. */
  readonly findLog: () => Promise<string>
}

const archiveFilters = [
  { name: 'Image archives', extensions: ['tar', 'gz', 'tgz', 'zst', 'oci'] },
  { name: 'All files', extensions: ['*'] },
]

/** What main itself answers: things that need the desktop and that a page may not do. */
export function createAppHandlers({ startAgent, findLog }: Deps): AppHandlers {
  return {
    async startAgent() {
      await startAgent()
      return {}
    },
    async chooseImage({ kind }, { contents }) {
      const options: OpenDialogOptions =
        kind === 'archive' ? { properties: ['openFile'], filters: archiveFilters } : { properties: ['openDirectory'] }
      const window = BrowserWindow.fromWebContents(contents)
      const { canceled, filePaths } = await (window
        ? dialog.showOpenDialog(window, options)
        : dialog.showOpenDialog(options))
      return { path: canceled ? null : (filePaths[0] ?? null) }
    },
    async copyText({ text }) {
      await clipboard.writeText(text) // a promise in newer versions of Electron
      return {}
    },
    async showLog() {
      shell.showItemInFolder(await findLog())
      return {}
    },
    async readApp() {
      return { version: app.getVersion(), platform: process.platform, electron: process.versions.electron }
    },
  }
}
