import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { withLock } from '../build/lock.ts'
import { npmBinary, outDir, root } from '../paths.ts'
import { Problem } from '../problem.ts'
import { run } from '../process/run.ts'
import type { ElectronRuntime } from '../set-up/electron.ts'
import { sharedRuntime } from '../set-up/electron-older.ts'
import { say } from '../steps.ts'
import { writeIcons } from './icons.ts'
import { writeLicences } from './licences.ts'

const folder = join(outDir, 'package')
/** What electron-builder reads as `buildResources`: made anew each time. */
const madeResources = join(folder, 'made')
const stampFile = join(folder, 'stamp')

/** The app as a folder that can be run, made by electron-builder with the Electron that this machine has. */
export const appFolder = join(folder, 'linux-unpacked')
export const iconFolder = join(madeResources, 'icons')
export const licencesFile = join(madeResources, 'THIRD-PARTY.txt')
/** The app's program in it. */
export const appProgram = join(appFolder, 'joey-window')

/** What electron-builder takes from a folder of its own: icons, notices of others. */
export function makeResources(): void {
  writeIcons(iconFolder)
  writeLicences(licencesFile)
}

/** Makes the folder unless it is there and made from what is here now. `npm run build` MUST have been done. */
export async function ensureAppFolder(runtime: ElectronRuntime): Promise<void> {
  await withLock(join(folder, 'lock'), async () => {
    const stamp = stampOf(runtime)
    if (existsSync(appProgram) && readOrEmpty(stampFile) === stamp) return
    makeResources()
    await runBuilder(runtime, ['--linux', '--dir', `-c.directories.output=${folder}`], 'pipe')
    writeFileSync(stampFile, stamp)
  })
}

/** Runs electron-builder; throws with its output where it fails. */
export async function runBuilder(
  runtime: ElectronRuntime,
  args: readonly string[],
  output: 'pipe' | 'inherit',
): Promise<void> {
  const { code, stdout, stderr } = await run(npmBinary('electron-builder'), [...args, ...runtimeOptions(runtime)], {
    ...{ cwd: root, output },
  })
  if (code !== 0) throw new Problem('The app could not be packed; see the output.', `${stdout}${stderr}`)
}

function runtimeOptions(runtime: ElectronRuntime): readonly string[] {
  const version = `-c.electronVersion=${runtime.version}`
  if (runtime.kind === 'npm') return [`-c.electronDist=${dirname(runtime.executable)}`, version]
  say(`Packing Electron ${runtime.version}: fit for trying the package, too old to be given to anybody.`)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'electron-builder-older.yml')
  const configuration = readFileSync(join(root, 'electron-builder.yml'), 'utf8')
  // The one fuse that came after this version; electron-builder would refuse to set it.
  writeFileSync(file, configuration.replace(/^ *grantFileProtocolExtraPrivileges:.*\n/m, ''))
  return ['--config', file, `-c.electronDist=${sharedRuntime()}`, version]
}

/** By the times of what is packed: to read 200 MB takes longer than many a test. */
function stampOf(runtime: ElectronRuntime): string {
  const hash = createHash('sha256').update(JSON.stringify(runtime))
  const patterns = ['out/{main,preload,renderer,agent,cli}/**', 'resources/**', 'packaging/**', 'tools/package/*.ts']
  const files = [...patterns.flatMap((pattern) => globSync(pattern, { cwd: root })), 'joey', 'LICENSE']
  for (const file of [...files, 'package-lock.json', 'package.json', 'electron-builder.yml'].sort()) {
    const { mtimeMs, size } = statSync(join(root, file))
    hash.update(`${file}\0${mtimeMs} ${size}\n`)
  }
  return hash.digest('hex')
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
