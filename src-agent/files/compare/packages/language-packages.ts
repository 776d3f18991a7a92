import { sentence } from '#contract/sentence'
import { nameOf } from '../../../base/relative-path.ts'
import type { TreeEntry } from '../../../storage/layers/tree-view.ts'
import { addLockFile, addManifest } from './npm.ts'
import { fieldsOf, type PackageSink, packageUrl } from './package-sink.ts'
import type { TreeText } from './tree-text.ts'

const mostFolders = 200_000
const deepest = 24
const mostMetadata = 256 * 1024
const mostManifest = 512 * 1024
const mostLock = 16 * 2 ** 20
const mostLocks = 50
/** In the root: not part of the disk, or memory of the kernel. */
const notOnDisk: ReadonlySet<string> = new Set(['proc', 'sys', 'dev', 'run'])
/** Large, and never the place of a package. */
const passedOver: ReadonlySet<string> = new Set(
  ['doc', 'man', 'locale', 'zoneinfo', 'icons', 'fonts', 'info', 'terminfo'].map((name) => `usr/share/${name}`),
)
const pipFolders: ReadonlySet<string> = new Set(['site-packages', 'dist-packages'])
const npmFolders: ReadonlySet<string> = new Set(['usr/lib/node_modules', 'usr/local/lib/node_modules'])

/** What pip and npm have installed, wherever in the tree that is; of applications with npm, what their lock file says. */
export async function readLanguagePackages(text: TreeText, sink: PackageSink): Promise<void> {
  const left: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }]
  let [folders, locks] = [0, 0]
  for (let folder = left.pop(); folder !== undefined; folder = left.pop()) {
    const { path, depth } = folder
    folders += 1
    if (folders > mostFolders) return sink.note(sentence('packages-many-folders'))
    const entries = await text.list(path)
    if (pipFolders.has(nameOf(path))) await readPip(text, path, entries, sink)
    const lock = entries.find((entry) => entry.path === 'package-lock.json' && entry.node.kind === 'file')
    if (lock && locks < mostLocks) {
      locks += 1
      addLockFile(await text.read(`${path}/package-lock.json`.replace(/^\//, ''), mostLock), sink)
    }
    for (const { path: name, node } of entries) {
      const inner = path === '' ? name : `${path}/${name}`
      if (node.kind !== 'folder' || depth >= deepest || passedOver.has(inner) || notOnDisk.has(inner)) continue
      if (npmFolders.has(inner)) await readModules(text, inner, sink)
      else if (name !== 'node_modules' && name !== '.git') left.push({ path: inner, depth: depth + 1 })
    }
  }
}

/** https://packaging.python.org/en/latest/specifications/recording-installed-packages/ */
async function readPip(text: TreeText, path: string, entries: readonly TreeEntry[], sink: PackageSink): Promise<void> {
  for (const { path: name, node } of entries) {
    if (node.kind !== 'folder' || !name.endsWith('.dist-info')) continue
    const head = (await text.read(`${path}/${name}/METADATA`, mostMetadata))?.split(/\r?\n\r?\n/, 1)[0] ?? ''
    const field = fieldsOf(head)
    const [own, version] = [field('Name'), field('Version')]
    if (!own || !version) continue
    // As the index has it, however its author writes it.
    const normal = own.toLowerCase().replace(/[-_.]+/g, '-')
    sink.add({ manager: 'pip', name: normal, version, purl: packageUrl('pypi', normal, version) })
  }
}

/** What is installed for the whole system, with what each package has for itself. */
async function readModules(text: TreeText, top: string, sink: PackageSink): Promise<void> {
  const left = [{ path: top, depth: 0 }]
  for (let count = 0; count < mostFolders; count += 1) {
    const modules = left.pop()
    if (modules === undefined) return
    for (const { path: name, node } of await text.list(modules.path)) {
      if (node.kind !== 'folder' || name === '.bin') continue
      const inner = `${modules.path}/${name}`
      if (name.startsWith('@')) left.push({ path: inner, depth: modules.depth })
      else {
        addManifest(await text.read(`${inner}/package.json`, mostManifest), sink)
        if (modules.depth < deepest) left.push({ path: `${inner}/node_modules`, depth: modules.depth + 1 })
      }
    }
  }
}
