import { setTimeout as delay } from 'node:timers/promises'
import { app, BrowserWindow, Menu, session, shell, type WebContents } from 'electron'
import { readAgent } from '#contract/agent'
import { channels } from '#contract/app'
import { callOperation } from '#contract/client/call-operation'
import { findPlace } from '#contract/client/place'
import { inspectSandbox } from '#contract/sandbox-operations'
import { pingAgent } from './agent/ping-agent.ts'
import { startAgentProcess } from './agent/start-agent.ts'
import { connectStarter, findStarter } from './agent/starter.ts'
import { Supervisor } from './agent/supervisor.ts'
import { agentAnswers } from './ipc/agent.ts'
import { appAnswers } from './ipc/app.ts'
import { exposeCalls } from './ipc/call.ts'
import { exposeDrain } from './ipc/drain.ts'
import { createExposer, type Page } from './ipc/expose.ts'
import { exposeLink } from './ipc/link.ts'
import { exposeStreams } from './ipc/stream.ts'
import { createSenderCheck } from './ipc/trusted-sender.ts'
import { createAppHandlers } from './platform/app-handlers.ts'
import { followLink } from './platform/deep-link.ts'
import { leaveWithin } from './platform/forced-exit.ts'
import { createLeaving } from './platform/leaving.ts'
import { openMainLog } from './platform/main-log.ts'
import { menuTemplate } from './platform/menu.ts'
import { findPaths } from './platform/paths.ts'
import { writeScreenshot } from './platform/screenshot.ts'
import { appPage } from './protocol/app-url.ts'
import { declareAppScheme, serveApp } from './protocol/register.ts'
import { watchDocument } from './window/document-lifetime.ts'
import { createMainWindow } from './window/main-window.ts'
import { confineNavigation } from './window/navigation.ts'
import { denyPermissions } from './window/permissions.ts'
import { reviveAfterCrash } from './window/revive.ts'

// The composition root: makes the parts and connects them, decides nothing.

if (process.getuid?.() === 0) {
  process.stderr.write(
    'The window does not run as root, because Chromium cannot confine its pages then. npm start gives it an account.\n',
  )
  process.exit(77)
}
const paths = findPaths({ appPath: app.getAppPath(), appData: app.getPath('appData'), env: process.env })
const log = openMainLog(paths.log)
process.on('uncaughtException', endWith)
process.on('unhandledRejection', (reason) => log('unhandled rejection', { reason: describe(reason) }))
app.setName('Joey')
app.setPath('userData', paths.userData)

const starter = findStarter(process.env)
const found = findPlace(process.env, process.getuid?.() ?? -1)
const place = starter ? { ...found, socketPath: starter.socketPath } : found
const isDevelopment = !app.isPackaged
const quitTimeoutMs = 3_000
const linkTimeoutMs = 5_000
/** The signal of each known window's present document. A window that is not here is not listened to. */
const documents = new Map<number, () => AbortSignal>()

const leaving = createLeaving({
  exitLater() {
    const timer = setTimeout(() => app.exit(0), quitTimeoutMs)
    return () => clearTimeout(timer)
  },
  killLater: () => leaveWithin(2 * quitTimeoutMs),
})

const supervisor = new Supervisor({
  check: () => pingAgent(place),
  start: starter ? connectStarter(starter) : () => startAgentProcess({ script: paths.script, env: process.env }),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
  now: Date.now,
  onDidChange: (link) => {
    log('agent', link)
    for (const window of BrowserWindow.getAllWindows()) window.webContents.send(channels.link, link)
  },
})

if (app.requestSingleInstanceLock()) {
  app.enableSandbox()
  declareAppScheme()
  app.on('second-instance', (_event, args) => {
    showWindow()
    void follow(args)
  })
  app.on('web-contents-created', (_event, contents) => harden(contents))
  app.on('window-all-closed', () => app.quit())
  // Nothing here is worth more than the person's wish to leave: sandboxes and terminals are the agent's.
  app.on('before-quit', leaving.begin)
  app.on('quit', () => supervisor.dispose())
  app.whenReady().then(start).catch(endWith)
} else {
  app.quit()
}

async function start(): Promise<void> {
  log('started', { version: app.getVersion(), electron: process.versions.electron, socket: place.socketPath })
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate({ isDevelopment })))
  denyPermissions(session.defaultSession)
  serveApp(paths.renderer)
  answerPages()
  supervisor.run().catch((error: unknown) => log('supervisor ended', { reason: describe(error) }))
  await openWindow()
}

async function openWindow(): Promise<void> {
  const window = createMainWindow(paths, { devTools: isDevelopment, leaving })
  const { id } = window.webContents
  documents.set(id, watchDocument(window.webContents))
  window.once('closed', () => documents.delete(id))
  // The app goes with its window, and may hang before it reports that it quits.
  window.on('close', leaving.begin)
  const load = (): Promise<void> => window.loadURL(appPage)
  reviveAfterCrash(window.webContents, { load, now: Date.now, log })
  await load()
  void follow(process.argv)
  const picture = process.env['JOEY_SCREENSHOT']
  if (!picture) return
  writeScreenshot(window, picture, () => supervisor.link.state === 'live').catch((error: unknown) => {
    log('no screenshot', { reason: describe(error) })
  })
}

function answerPages(): void {
  const expose = createExposer({
    isTrusted: createSenderCheck((contentsId) => documents.has(contentsId)),
    onSurprise: (channel, { wire }) => log('surprise', { channel, ...wire }),
  })
  const lifetimeOf = ({ contents }: Page): AbortSignal => documents.get(contents.id)?.() ?? AbortSignal.abort()
  const deps = { address: place, lifetimeOf, onLinkTrouble: () => supervisor.checkNow() }
  const handlers = createAppHandlers({ startAgent: () => supervisor.start(), findLog, script: paths.script })
  exposeCalls(expose, new Map([...agentAnswers(deps), ...appAnswers(handlers)]))
  exposeStreams(expose, { ...deps, drained: exposeDrain(expose, lifetimeOf) })
  exposeLink(expose, () => supervisor.link)
}

/** Shows what somebody has asked for by a link; the page is moved within itself, so nothing that it holds is lost. */
function follow(args: readonly string[]): Promise<void> {
  const signal = AbortSignal.timeout(linkTimeoutMs)
  return followLink(args, {
    findSandbox: async (ref) => (await callOperation(place, inspectSandbox, { ref }, { signal })).id,
    show: (route) => {
      const [window] = BrowserWindow.getAllWindows()
      window?.webContents.loadURL(`${appPage}#${route}`).catch((error: unknown) => {
        log('a link could not be shown', { route, reason: describe(error) })
      })
    },
    log,
  })
}

async function findLog(): Promise<string> {
  try {
    return (await callOperation(place, readAgent, {}, { signal: AbortSignal.timeout(2000) })).log
  } catch {
    return paths.log
  }
}

function harden(contents: WebContents): void {
  confineNavigation(contents, { openOutside: (url) => void shell.openExternal(url), log })
}

function showWindow(): void {
  const [window] = BrowserWindow.getAllWindows()
  if (!window) return
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

/** For what nobody has foreseen: said where someone may look, and no dialog, since there may be nobody to close it. */
function endWith(error: unknown): void {
  log('ended by an error', { reason: describe(error) })
  process.stderr.write(`Joey's window ended by an error: ${describe(error)}\n`)
  app.exit(70)
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
