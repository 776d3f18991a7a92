import { createRandom } from '../layers/random-layer.ts'
import { type Entry, tarFile } from './tar-builder.ts'

/** Files that mark a layer are from this time on, everything else is older: what is newer was not in any layer. */
export const markTime = 1_300_000_000
/** Enough to be a part of its own. */
const filler = Buffer.alloc(1_200_000)

type Random = (below: number) => number

/**
 * Layers that do to one another all that layers can: few names, so that each meets what others have left there. Folders give way
 * to links and links to folders, files are removed and made again, names are linked over layers, and paths lead through links.
 */
export function randomLayers(seed: number, count: number): Buffer[] {
  const random = createRandom(seed)
  const known: Known = new Map()
  return Array.from({ length: count }, (_, index) => {
    const entries = Array.from({ length: 6 + random(12) }, () => randomEntry(random, known))
    const marks: Entry[] = [
      { name: 'filler', content: filler, mtime: markTime + index },
      { name: `mark-${index}`, content: String(index), mtime: markTime + index },
    ]
    return tarFile([...entries.flat(), ...marks])
  })
}

const letters = ['a', 'b', 'c', 'd']
const modes = [0o755, 0o700, 0o1777, 0o2775, 0o4711, 0o640]
const owners = [0, 1000, 65_534]
const targets = ['a', '/b', '../c', 'a/b', '../../../../d', '/nowhere', 'e/f', '/e']
const attributes: readonly (Record<string, string> | undefined)[] = [
  undefined,
  undefined,
  { 'SCHILY.xattr.user.note': 'kept' },
]

/** What is at each path, as far as it matters for what can come next; paths through links are not followed. */
type Known = Map<string, 'folder' | 'file' | 'link'>

function randomEntry(random: Random, known: Known): Entry[] {
  const path = possiblePath(random, known)
  const inode = {
    ...{ mode: pick(random, modes), uid: pick(random, owners), gid: pick(random, owners) },
    ...{ mtime: 900_000_000 + random(100_000_000) },
  }
  const pax = pick(random, attributes)
  if (pax !== undefined) Object.assign(inode, { pax })
  const files = [...known].flatMap(([name, kind]) => (kind === 'file' ? [name] : []))
  switch (random(12)) {
    case 0:
    case 1:
    case 2:
      if (known.get(path) !== 'folder') become(known, path, 'folder')
      return [{ name: `${path}/`, type: '5', ...inode }]
    case 3:
      become(known, path, 'link')
      return [{ name: path, type: '2', link: pick(random, targets), mtime: inode.mtime }]
    case 4:
      if (files.length === 0) return []
      return linkTo(known, path, pick(random, files))
    case 5:
      become(known, path, null)
      return [{ name: path.replace(/[^/]*$/, '.wh.$&') }]
    case 6:
      become(known, path, 'folder')
      return [{ name: `${path}/`, type: '5', ...inode }, { name: `${path}/.wh..wh..opq` }]
    case 7:
      become(known, path, 'file')
      // Devices have no attributes of users.
      return [{ name: path, type: '3', device: [1 + random(9), random(9)], mode: inode.mode, mtime: inode.mtime }]
    default:
      become(known, path, 'file')
      return [{ name: path, content: `${path} ${random(1e6)}`, ...inode }]
  }
}

function linkTo(known: Known, path: string, link: string): Entry[] {
  if (path === link || link.startsWith(`${path}/`)) return []
  become(known, path, 'file')
  return [{ name: path, type: '1', link }]
}

function become(known: Known, path: string, kind: 'folder' | 'file' | 'link' | null): void {
  for (const other of known.keys()) if (other === path || other.startsWith(`${path}/`)) known.delete(other)
  if (kind !== null) known.set(path, kind)
}

/** Nothing lies in a file; some paths lead through links. */
function possiblePath(random: Random, known: Known): string {
  const names = Array.from({ length: 1 + random(4) }, () => pick(random, letters))
  const paths = names.map((_, index) => names.slice(0, index + 1).join('/'))
  const end = paths.findIndex((path) => {
    const kind = known.get(path)
    return kind === 'file' || (kind === 'link' && random(3) > 0)
  })
  return paths.at(end) ?? ''
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)] as T
}
