import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheDir } from '../paths.ts'
import { Problem } from '../problem.ts'
import { type Detached, startDetached } from '../process/start-detached.ts'
import { hasDisplay, underVirtualDisplay } from '../set-up/display.ts'
import type { ElectronRuntime } from '../set-up/electron.ts'
import { checkSandbox } from './chromium-sandbox.ts'
import { asAccount, findWindowAccount, prepareFolders, type WindowCommand, windowFolders } from './window-account.ts'
import { windowEnvironment } from './window-environment.ts'

/** A window that was requested: a new one, or one that was open before and came to the front. */
export type OpenedWindow =
  | { readonly kind: 'opened'; readonly pid: number; readonly screenshot: string; readonly log: string }
  | { readonly kind: 'alreadyOpen' }

const deadlineMs = 60_000
const pollMs = 100
const keptFiles = 10

/** Opens the window in a process that outlives this one and resolves once it has drawn itself. */
export async function openWindow(runtime: ElectronRuntime): Promise<OpenedWindow> {
  mkdirSync(cacheDir(), { recursive: true })
  removeOldFiles()
  const { program, args, env, pictures } = windowCommand(runtime)
  const screenshot = join(pictures, `window-${process.pid}.png`)
  const log = join(cacheDir(), `window-${process.pid}.log`)
  const child = startDetached({ program, args, logFile: log, env: { ...env, JOEY_SCREENSHOT: screenshot } })
  const outcome = await waitUntilDrawn(child, screenshot)
  if (outcome === 'alreadyOpen') {
    rmSync(log, { force: true })
    return { kind: 'alreadyOpen' }
  }
  if (outcome === 'drawn') return { kind: 'opened', pid: child.pid, screenshot, log }
  throw new Problem(
    outcome === 'ended'
      ? `The window closed before it was drawn. Its log is ${log}.`
      : `The window was not drawn within ${deadlineMs / 1000} s; it may still be starting. Its log is ${log}.`,
    readFileSync(log, 'utf8').slice(-2000),
  )
}

/** Several windows may be open, one for each state folder, so each has a log and a picture of its own. */
function removeOldFiles(): void {
  const files = globSync('window-*.{log,png}', { cwd: cacheDir() }).map((name) => join(cacheDir(), name))
  const oldestFirst = files.sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs)
  for (const file of oldestFirst.slice(0, -keptFiles)) rmSync(file, { force: true })
}

/**
 * The program that shows the window, on a display of its own where the machine has none, as an account without privileges, and a
 * folder that it may leave a picture in.
 */
export function windowCommand(runtime: ElectronRuntime): WindowCommand & { readonly pictures: string } {
  checkSandbox(runtime.executable)
  const plain = { program: runtime.executable, args: runtime.args }
  const env = windowEnvironment(process.env)
  const command = { ...(hasDisplay() ? plain : underVirtualDisplay(plain)), env }
  const account = findWindowAccount()
  if (account === null) return { ...command, pictures: cacheDir() }
  prepareFolders(account)
  return { ...asAccount(account, command), pictures: windowFolders(account, env).pictures }
}

async function waitUntilDrawn(
  child: Detached,
  screenshot: string,
): Promise<'drawn' | 'alreadyOpen' | 'ended' | 'late'> {
  let ended: 'alreadyOpen' | 'ended' | undefined
  // The app allows one instance: a second one hands over to the first and ends well.
  child.ended.then(
    (code) => (ended = code === 0 ? 'alreadyOpen' : 'ended'),
    () => (ended = 'ended'),
  )
  const giveUpAt = performance.now() + deadlineMs
  while (performance.now() < giveUpAt) {
    if (existsSync(screenshot) && statSync(screenshot).size > 0) return 'drawn'
    if (ended) return ended
    await sleep(pollMs)
  }
  return 'late'
}
