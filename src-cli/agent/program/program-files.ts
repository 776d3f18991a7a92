import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One file of the program, by its path in the installation, and where it lies now. */
export interface ProgramFile {
  readonly path: string
  readonly source: string
}

/** Of this package the agent takes the kernel for micro-VMs, and nothing that runs on the host. */
const kernelPackage = '@superradcompany/microsandbox-linux-x64-gnu'

/** Everything that the agent and the command line of an installation need to run, in the order of their paths. */
export function listProgramFiles(root: string, node: string): readonly ProgramFile[] {
  const inRoot = (path: string): ProgramFile => ({ path, source: join(root, path) })
  const files = [
    ...['package.json', 'joey'].filter((path) => isFile(join(root, path))).map(inRoot),
    ...['out/agent', 'out/cli', 'resources'].flatMap((folder) => filesBelow(root, folder)).map(inRoot),
    ...packagesOf(root)
      .flatMap((name) => packageFiles(root, name))
      .map(inRoot),
    // Where the launcher looks for it.
    { path: `node_modules/node-linux-${process.arch}/bin/node`, source: node },
  ]
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The packages that the agent imports, with theirs. npm puts each at the top, or below the one that wants it. */
function packagesOf(root: string): readonly string[] {
  const found = new Set<string>()
  const add = (name: string): void => {
    if (found.has(name)) return
    const manifest = readManifest(join(root, 'node_modules', name, 'package.json'))
    if (manifest === null) return
    found.add(name)
    for (const inner of [...names(manifest.dependencies), ...names(manifest.optionalDependencies)]) add(inner)
  }
  const own = readManifest(join(root, 'package.json'))
  // A packaged app keeps its manifest elsewhere, and has no packages but those that are needed.
  for (const name of own === null ? allPackages(root) : [...names(own.dependencies), kernelPackage]) add(name)
  return [...found]
}

function allPackages(root: string): readonly string[] {
  const folders = readdirSync(join(root, 'node_modules')).filter((name) => !/^(\.|node-linux-)/.test(name))
  return folders.flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(root, 'node_modules', name)).map((inner) => `${name}/${inner}`) : [name],
  )
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const names = (list: Readonly<Record<string, string>> | undefined): readonly string[] => Object.keys(list ?? {})

function readManifest(path: string): Manifest | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest
  } catch {
    return null // an optional package for another platform
  }
}

function packageFiles(root: string, name: string): readonly string[] {
  const folder = `node_modules/${name}`
  const files = filesBelow(root, folder)
  return name === kernelPackage
    ? files.filter((path) => path.startsWith(`${folder}/lib/`) || path === `${folder}/package.json`)
    : files
}

/** Regular files only: a link could lead to anything that root can read. */
function filesBelow(root: string, folder: string): readonly string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
