import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { Entry } from '../images/tar-builder.ts'

/** Where this machine has a program; null where it has none. */
export function findProgram(name: string): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name)
    if (folder !== '' && existsSync(path)) return path
  }
  return null
}

/**
 * The tree of an image that has programs of this machine with the libraries that they are linked with: real programs of a
 * distribution, as its images have them, with nothing downloaded. Scripts need their interpreter among the programs.
 */
export function programTree(names: readonly string[]): Entry[] {
  const paths = new Set<string>()
  for (const name of names) {
    const path = findProgram(name)
    if (path === null) throw new Error(`This machine has no ${name}.`)
    paths.add(path)
    for (const library of librariesOf(realpathSync(path))) paths.add(library)
  }
  const entries = new Map<string, Entry>()
  // As its images have them: /bin is a link to /usr/bin where it is one here.
  for (const folder of ['/bin', '/sbin', '/lib', '/lib64', '/tmp']) addFolders(entries, folder)
  for (const path of paths) addFile(entries, path)
  return [...entries.values()]
}

/** What the dynamic loader would load, itself included. */
function librariesOf(program: string): string[] {
  try {
    const text = execFileSync('ldd', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return [...text.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path)
  } catch {
    // Linked statically, or a script.
    return []
  }
}

/** The file, under the name that it is used by and under its own; links of folders on the way stay links. */
function addFile(entries: Map<string, Entry>, path: string): void {
  addFolders(entries, dirname(path))
  const real = realpathSync(path)
  if (realpathSync(dirname(path)) !== dirname(real) || path.endsWith(real)) addFolders(entries, dirname(real))
  entries.set(real.slice(1), { name: real.slice(1), mode: 0o755, content: readFileSync(real) })
  const place = join(realpathSync(dirname(path)), path.slice(dirname(path).length + 1))
  if (place !== real) entries.set(place.slice(1), { name: place.slice(1), type: '2', link: real })
}

function addFolders(entries: Map<string, Entry>, folder: string): void {
  if (folder === '/') return
  addFolders(entries, dirname(folder))
  if (!existsSync(folder)) return
  const name = folder.slice(1)
  if (lstatSync(folder).isSymbolicLink()) {
    const real = realpathSync(folder)
    addFolders(entries, real)
    entries.set(name, { name, type: '2', link: real })
  } else if (!entries.has(`${name}/`)) entries.set(`${name}/`, { name: `${name}/`, type: '5', mode: 0o755 })
}
