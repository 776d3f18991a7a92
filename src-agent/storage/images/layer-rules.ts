import { appError } from '#contract/app-error'
import type { TarEntry } from '../tar/read-tar.ts'
import { show } from './refusals.ts'

/** Linux takes names of 255 bytes. mkfs.erofs 1.5 fails on those, with an error that names nothing; 1.8 takes them. */
const maxName = 255
const maxOfOldTools = 254
/** As many links as Linux follows in one path. */
const maxLinks = 40
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

interface LayerRules {
  check(entry: TarEntry): void
  readonly entries: () => number
  /** The first with a name that not every version of the tools takes; null where there is none. */
  readonly longName: () => string | null
}

/**
 * Looks at each entry of one layer before anything of it is unpacked, and throws at the first that reaches
 * for what is not in the image. Devices and links of every kind are normal in images and are let through: sandboxes are
 * mounted without devices, and what climbs above the root ends at the root, for every kernel and for the unpacker, which
 * resolves each path within the tree that it makes (umoci, by securejoin, confined to that tree).
 */
export function createLayerRules(): LayerRules {
  /** Symlinks of this layer by their path: an entry behind one is written where it points to. */
  const symlinks = new Map<string, string>()
  let linkBytes = 0
  let entries = 0
  let longName: string | null = null

  return {
    entries: () => entries,
    longName: () => longName,
    check(entry) {
      entries += 1
      if (entries > limits.entries) throw appError('image-too-many-entries', { what: 'entries', limit: limits.entries })
      checkKind(entry)
      const parts = partsOf(entry.name)
      checkName(entry.name, parts)
      if (parts.some((part) => part.length > maxOfOldTools)) longName ??= show(entry.name)
      refuseCircle(entry.name, parts, symlinks)
      if (entry.type === 'link') checkHardLink(entry, symlinks)
      const path = parts.join('/')
      if (entry.type !== 'symlink') {
        symlinks.delete(path)
        return
      }
      checkSymlink(entry)
      linkBytes += path.length + entry.link.length
      if (linkBytes > limits.linkBytes)
        throw appError('image-too-many-entries', { what: 'links', limit: symlinks.size })
      symlinks.set(path, entry.link)
    },
  }
}

function checkKind({ name, type, size, pax }: TarEntry): void {
  const sparse = Object.keys(pax).some((key) => key.startsWith('GNU.sparse.'))
  if (type === null || sparse || (size > 0 && withoutContent.has(type))) {
    throw appError('layer-entry-unknown', { path: show(name) })
  }
  // Overlayfs would take these as its own marks. (docker never writes them.)
  if (Object.keys(pax).some((key) => /^SCHILY\.xattr\.(trusted|user\.overlay)\./.test(key))) {
    throw appError('layer-attribute-reserved', { path: show(name) })
  }
}

function checkName(name: string, parts: readonly string[]): void {
  if (name.includes('\0')) throw appError('layer-name-invalid')
  if (parts.includes('..')) throw appError('layer-path-outside', { what: 'parents', path: show(name) })
  const tooLong =
    name.length > limits.path || parts.length > limits.depth || parts.some((part) => part.length > maxName)
  if (tooLong) {
    throw appError('layer-name-too-long', { path: show(name) })
  }
  // A whiteout removes the name behind its mark; `.wh...` would remove the folder above.
  if (/^\.wh\.\.{0,2}$/.test(parts.at(-1) ?? ''))
    throw appError('layer-path-outside', { what: 'whiteout', path: show(name) })
}

function checkHardLink({ name, link }: TarEntry, symlinks: ReadonlyMap<string, string>): void {
  const parts = within([], link)
  if (link.includes('\0') || parts.length === 0) throw appError('layer-link-outside', { path: show(name) })
  refuseCircle(name, parts, symlinks)
}

function checkSymlink({ name, link }: TarEntry): void {
  if (link.includes('\0') || link.length > limits.path) {
    throw appError('layer-link-invalid', { path: show(name) })
  }
}

/** Refuses a path that leads through symlinks of the layer without end: nobody could say where it is written. */
function refuseCircle(name: string, parts: readonly string[], symlinks: ReadonlyMap<string, string>): void {
  if (symlinks.size === 0) return
  let folder: string[] = []
  const left = parts.slice(0, -1).reverse()
  let links = 0
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    const target = part === '..' ? undefined : symlinks.get([...folder, part].join('/'))
    if (target === undefined) {
      folder = within(folder, part)
      continue
    }
    links += 1
    if (links > maxLinks) throw appError('layer-path-behind-link', { path: show(name) })
    if (target.startsWith('/')) folder = []
    left.push(...partsOf(target).reverse())
  }
}

/** Where a path leads from a folder by its letters alone. What climbs above the root stays there, as for the kernel. */
function within(folder: readonly string[], path: string): string[] {
  const at = path.startsWith('/') ? [] : [...folder]
  for (const part of partsOf(path)) {
    if (part === '..') at.pop()
    else at.push(part)
  }
  return at
}

function partsOf(name: string): string[] {
  return name.split('/').filter(isPart)
}

const isPart = (part: string): boolean => part !== '' && part !== '.'
