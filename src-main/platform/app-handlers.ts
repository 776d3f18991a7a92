import { realpath, writeFile } from 'node:fs/promises'
import {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  type FileFilter,
  type OpenDialogOptions,
  type SaveDialogOptions,
  shell,
  type WebContents,
} from 'electron'
import { appError } from '#contract/app-error'
import type { AppHandlers } from '../ipc/app.ts'
import { isConfined, readStatus } from './confinement.ts'
import { isOlder } from './electron-age.ts'
import { speakAs, word } from './words.ts'

interface Deps {
  readonly startAgent: () => Promise<void>
  /** The log of the agent, or of the window where no agent answers. */
  readonly findLog: () => Promise<string>
  /** The command line of this installation. */
  readonly script: string
}

const archiveFilters = (): FileFilter[] => [
  { name: word('imageArchives'), extensions: ['tar', 'gz', 'tgz', 'zst', 'oci'] },
  { name: word('allFiles'), extensions: ['*'] },
]

const contentFilters = {
  svg: () => ({ name: word('svgPicture'), extensions: ['svg'] }),
  png: () => ({ name: word('pngPicture'), extensions: ['png'] }),
  csv: () => ({ name: word('csvTable'), extensions: ['csv'] }),
} satisfies Record<string, () => FileFilter>

const pathOptions = {
  files: () => ({ properties: ['openFile', 'multiSelections'] }),
  folders: () => ({ properties: ['openDirectory', 'multiSelections'] }),
  'target-folder': () => ({ properties: ['openDirectory', 'createDirectory'] }),
  bundle: () => ({ properties: ['openFile'], filters: [{ name: word('bundles'), extensions: ['joey'] }] }),
} satisfies Record<string, () => OpenDialogOptions>

async function askOpen(contents: WebContents, options: OpenDialogOptions): Promise<string[]> {
  const window = BrowserWindow.fromWebContents(contents)
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options))
  return canceled ? [] : filePaths
}

async function askSave(contents: WebContents, options: SaveDialogOptions): Promise<string | null> {
  const window = BrowserWindow.fromWebContents(contents)
  const { canceled, filePath } = await (window
    ? dialog.showSaveDialog(window, options)
    : dialog.showSaveDialog(options))
  return canceled || !filePath ? null : filePath
}

/** Where the person wanted it; what prevents that is theirs to fix, so the message is that of the system. */
async function writeChosen(path: string, content: string | Buffer): Promise<void> {
  try {
    await writeFile(path, content)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw appError('file-not-written', {}, { detail, cause: error })
  }
}

/** What main itself answers: things that need the desktop and that a page may not do. */
export function createAppHandlers({ startAgent, findLog, script }: Deps): AppHandlers {
  return {
    async startAgent() {
      await startAgent()
      return {}
    },
    async chooseImage({ kind }, { contents }) {
      const options: OpenDialogOptions =
        kind === 'archive' ? { properties: ['openFile'], filters: archiveFilters() } : { properties: ['openDirectory'] }
      return { path: (await askOpen(contents, options))[0] ?? null }
    },
    choosePaths: async ({ kind }, { contents }) => ({ paths: await askOpen(contents, pathOptions[kind]()) }),
    chooseTarget: async ({ name }, { contents }) => ({ path: await askSave(contents, { defaultPath: name }) }),
    async copyText({ text }) {
      await clipboard.writeText(text) // a promise in newer versions of Electron
      return {}
    },
    async openLink({ address }) {
      await shell.openExternal(address)
      return {}
    },
    async saveFile({ name, content }, { contents }) {
      const options: SaveDialogOptions = { defaultPath: name, filters: [contentFilters[content.kind]()] }
      const path = await askSave(contents, options)
      if (path === null) return { path }
      await writeChosen(path, content.kind === 'png' ? Buffer.from(content.base64, 'base64') : content.text)
      return { path }
    },
    async showLog() {
      shell.showItemInFolder(await findLog())
      return {}
    },
    async tellLanguage({ tag }) {
      speakAs(tag)
      return {}
    },
    async readApp(_request, { contents }) {
      const electron = process.versions.electron
      return {
        version: app.getVersion(),
        platform: process.platform,
        electron,
        isOlderElectron: isOlder(electron),
        uid: process.getuid?.() ?? -1,
        command: await realpath(script).catch(() => 'joey'),
        isConfined: isConfined(readStatus(contents.getOSProcessId())),
      }
    },
  }
}
