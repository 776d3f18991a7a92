import type { TarEntry } from '../tar/read-tar.ts'
import { hostile, show, unusable } from '../../images/refusals.ts'

/** Linux takes names of 255 bytes; mkfs.erofs 1.5 fails on those, with an error that names nothing. */
const maxName = 254
const limits = { entries: 2_000_000, path: 4096, depth: 256, linkBytes: 64 * 1024 * 1024 }

/** Kinds of entry that carry no content, whatever their header says. Readers differ on those that claim to. */
const withoutContent: ReadonlySet<TarEntry['type']> = new Set([
  'link',
  'symlink',
  'directory',
  'character-device',
  'block-device',
  'fifo',
])

/**
 * Looks at each entry of one layer before anything of it is unpacked, and throws at the first that reaches
 * for what is not in the image. Devices and absolute symlinks are normal in images and are let through:
 * sandboxes are mounted without devices, and a symlink is resolved inside the sandbox.
 */
export function createLayerRules(): { check(entry: TarEntry): void; readonly entries: () => number } {
  /** Symlinks of this layer by their path: an entry behind one is written where it points to. */
  const symlinks = new Map<string, string>()
  let linkBytes = 0
  let entries = 0

  return {
    entries: () => entries,
    check(entry) {
      entries += 1
      if (entries > limits.entries) throw tooMany('entries', limits.entries)
      checkKind(entry)
      const parts = partsOf(entry.name)
      checkName(entry.name, parts)
      refuseBehindLink(entry.name, parts, symlinks)
      if (entry.type === 'link') checkHardLink(entry, symlinks)
      const path = parts.join('/')
      if (entry.type !== 'symlink') {
        symlinks.delete(path)
        return
      }
      checkSymlink(entry, parts)
      linkBytes += path.length + entry.link.length
      if (linkBytes > limits.linkBytes) throw tooMany('links', symlinks.size)
      symlinks.set(path, entry.link)
    },
  }
}

function checkKind({ name, type, size, pax }: TarEntry): void {
  const sparse = Object.keys(pax).some((key) => key.startsWith('GNU.sparse.'))
  if (type === null || sparse || (size > 0 && withoutContent.has(type))) {
    throw unusable('layer-entry-unknown', `A layer holds an entry of a kind that is not supported: ${show(name)}.`, {
      path: show(name),
    })
  }
  // Overlayfs would take these as its own marks. (docker never writes them.)
  if (Object.keys(pax).some((key) => /^SCHILY\.xattr\.(trusted|user\.overlay)\./.test(key))) {
    const message = `A layer sets an attribute that is reserved for the host: ${show(name)}.`
    throw hostile('layer-attribute-reserved', message, { path: show(name) })
  }
}

function checkName(name: string, parts: readonly string[]): void {
  if (name.includes('\0')) throw hostile('layer-name-invalid', 'A layer holds a name with a NUL in it.')
  if (parts.includes('..')) throw outside('layer-path-outside', name, 'has a path with .. in it')
  const tooLong =
    name.length > limits.path || parts.length > limits.depth || parts.some((part) => part.length > maxName)
  if (tooLong) {
    throw unusable('layer-name-too-long', `A layer holds a name that is too long or too deep: ${show(name)}.`)
  }
  // A whiteout removes the name behind its mark; `.wh...` would remove the folder above.
  if (/^\.wh\.\.{0,2}$/.test(parts.at(-1) ?? '')) throw outside('layer-path-outside', name, 'removes what is not in it')
}

function checkHardLink({ name, link }: TarEntry, symlinks: ReadonlyMap<string, string>): void {
  const parts = partsOf(link)
  if (link.includes('\0') || link.startsWith('/') || parts.includes('..') || parts.length === 0) {
    throw outside('layer-link-outside', name, 'is a hard link to the outside')
  }
  refuseBehindLink(name, parts, symlinks)
}

function checkSymlink({ name, link }: TarEntry, parts: readonly string[]): void {
  if (link.includes('\0') || link.length > limits.path) {
    throw hostile('layer-link-invalid', `A layer holds a link whose target is invalid: ${show(name)}.`)
  }
  if (!link.startsWith('/') && lexically(parts.slice(0, -1), link) === null) {
    throw outside('layer-link-outside', name, 'is a link to the outside')
  }
}

/** Refuses a path that leads through a symlink of the layer which, followed to its end, is absolute or climbs out. */
function refuseBehindLink(name: string, parts: readonly string[], symlinks: ReadonlyMap<string, string>): void {
  if (symlinks.size === 0) return
  let folder: string[] = []
  const left = parts.slice(0, -1).reverse()
  let links = 0
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    if (part === '..') {
      folder.pop()
      continue
    }
    const target = symlinks.get([...folder, part].join('/'))
    if (target === undefined) {
      folder = [...folder, part]
      continue
    }
    links += 1
    if (target.startsWith('/') || links > 40 || lexically(folder, target) === null) {
      throw outside('layer-path-behind-link', name, 'lies behind a link to the outside')
    }
    left.push(...target.split('/').filter(isPart).reverse())
  }
}

/** Where a relative target leads from a folder by its letters alone, or null where it climbs above the root. */
function lexically(folder: readonly string[], target: string): string[] | null {
  const path = [...folder]
  for (const part of target.split('/').filter(isPart)) {
    if (part !== '..') path.push(part)
    else if (path.pop() === undefined) return null
  }
  return path
}

function partsOf(name: string): string[] {
  return name.split('/').filter(isPart)
}

const isPart = (part: string): boolean => part !== '' && part !== '.'

function outside(reason: string, name: string, what: string): Error {
  return hostile(reason, `The image is refused: an entry of a layer ${what}: ${show(name)}.`, { path: show(name) })
}

function tooMany(what: string, limit: number): Error {
  return unusable('image-too-many-entries', `A layer of the image has too many ${what}: more than ${limit}.`, { limit })
}
