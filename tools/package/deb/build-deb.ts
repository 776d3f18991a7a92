import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { outDir, root } from '../../paths.ts'
import { Problem } from '../../problem.ts'
import { run } from '../../process/run.ts'
import { controlFile, debianVersion } from './control.ts'
import { installedKib, layOut, layOutControl } from './stage.ts'

interface Wish {
  /** Where the package goes. */
  readonly into: string
  /** That of package.json if not given. */
  readonly version?: string
  /** `fast` is for tests: three times the size, in no time. */
  readonly compression: 'small' | 'fast'
}

const buildMs = 15 * 60_000

/**
 * Builds the package by dpkg-deb from the folder of the app, which MUST be there. electron-builder's own way needs a program that it
 * downloads, and can say neither what becomes of running sandboxes nor of data: docs/adr/0032.
 */
export async function buildDeb(wish: Wish): Promise<string> {
  const tree = join(outDir, 'package', 'deb')
  await layOut(tree)
  return packTree(tree, wish)
}

/** Packs a tree that has been laid out, under the wished version. */
export async function packTree(tree: string, { into, version = ownVersion(), compression }: Wish): Promise<string> {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
  const debian = debianVersion(version)
  layOutControl(tree, controlFile({ version: debian, architecture, installedKib: installedKib(tree) }))
  mkdirSync(into, { recursive: true })
  const file = join(into, `joey_${debian}_${architecture}.deb`)
  const how = compression === 'small' ? ['-Zxz'] : ['-Znone']
  const { code, stdout, stderr } = await run('dpkg-deb', ['--root-owner-group', ...how, '--build', tree, file], {
    timeoutMs: buildMs,
  })
  if (code !== 0) throw new Problem('The package could not be built.', `${stdout}${stderr}`)
  return file
}

function ownVersion(): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
}
