import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheDir, outDir, root } from '../paths.ts'
import { say, step } from '../steps.ts'
import { downloadElectron } from './electron-download.ts'
import { ensureOlderRuntime, olderRuntime } from './electron-older.ts'

/** The Electron that `npm start` and the end-to-end tests run the app with. */
export interface ElectronRuntime {
  readonly executable: string
  /** What to pass before any other argument: the checkout, or nothing where the runtime carries a link to it. */
  readonly args: readonly string[]
  readonly version: string
  /** `npm`: the binary that belongs to the npm package; `cached`: an older one, see electron-older.ts. */
  readonly kind: 'npm' | 'cached'
}

const runtimeFile = join(outDir, 'electron-runtime.json')
const verdictFile = join(cacheDir(), 'electron-download.json')
const dayMs = 24 * 60 * 60_000

/** Finds or fetches an Electron and records it in out/electron-runtime.json. */
export async function ensureElectron(): Promise<ElectronRuntime> {
  const runtime = findOwnBinary() ?? (await fetchOwnBinary()) ?? (await fallBack())
  mkdirSync(outDir, { recursive: true })
  writeFileSync(runtimeFile, `${JSON.stringify(runtime, null, 2)}\n`)
  return runtime
}

const electronFolder = join(root, 'node_modules', 'electron')

function wantedVersion(): string {
  const { version } = JSON.parse(readFileSync(join(electronFolder, 'package.json'), 'utf8')) as { version: string }
  return version
}

function findOwnBinary(): ElectronRuntime | undefined {
  try {
    const version = readFileSync(join(electronFolder, 'dist', 'version'), 'utf8')
      .trim()
      .replace(/^v/, '')
    if (version !== wantedVersion()) return undefined
    const executable = join(electronFolder, 'dist', readFileSync(join(electronFolder, 'path.txt'), 'utf8'))
    return { executable, args: [root], version, kind: 'npm' }
  } catch {
    return undefined // not downloaded yet
  }
}

async function fetchOwnBinary(): Promise<ElectronRuntime | undefined> {
  const version = wantedVersion()
  if (wasRefused(version)) return undefined
  const problem = await step(`Fetching Electron ${version}`, () => downloadElectron(electronFolder))
  const found = problem === undefined ? findOwnBinary() : undefined
  if (found) return found
  say(`Electron ${version} cannot be downloaded here (${problem ?? 'incomplete download'}); asking again in a day.`)
  mkdirSync(dirname(verdictFile), { recursive: true })
  writeFileSync(verdictFile, JSON.stringify({ version, refusedAt: Date.now() }))
  return undefined
}

/** Asking costs up to 20 s where packets vanish, so a "no" holds for a day and for one version. */
function wasRefused(version: string): boolean {
  try {
    const verdict = JSON.parse(readFileSync(verdictFile, 'utf8')) as { version?: unknown; refusedAt?: unknown }
    const age = Date.now() - Number(verdict.refusedAt)
    return verdict.version === version && age >= 0 && age < dayMs
  } catch {
    return false
  }
}

async function fallBack(): Promise<ElectronRuntime> {
  const executable = await ensureOlderRuntime()
  say(
    `Using Electron ${olderRuntime.version}, an older one, because Electron ${wantedVersion()} cannot be downloaded here.`,
  )
  return { executable, args: [], version: olderRuntime.version, kind: 'cached' }
}
