import { appError } from '#contract/app-error'
import type { Attribute } from '../../storage/tar/attribute.ts'
import type { TarEntry } from '../../storage/tar/read-entries.ts'
import { showEntry } from '../../storage/tar/show-entry.ts'

/** What all layers of a bundle together may hold. */
export interface LayerBudget {
  entries: number
  bytes: number
}

export const mostEntries = 2_000_000
const limits = { path: 3_800, name: 255, depth: 1_000, fileSize: 2 ** 43, id: 2 ** 32 - 2, parts: 1_000_000 }
const types = new Set(['0', '1', '2', '3', '4', '5', '6'])
const opaque = 'trusted.overlay.opaque'

interface OpenFolder {
  readonly path: string
  lastName: string
}

/**
 * Looks at each entry of a layer before anything of it is unpacked. A layer in a bundle has one form: the root first, then each
 * folder before what is in it and siblings by name. So an entry that lies behind a link, or a second one of the same name,
 * has no place in it, and little has to be remembered. Gives the entry as it may be unpacked.
 */
export function createLayerCheck(budget: LayerBudget): (entry: TarEntry) => TarEntry {
  const open: OpenFolder[] = []
  const folders = new Set<string>()
  let first = true

  const place = ({ path, type }: TarEntry): void => {
    if (path === '') {
      if (!first || type !== '5') throw disordered(path)
    } else {
      const at = path.lastIndexOf('/')
      const [parent, name] = [path.slice(0, Math.max(0, at)), path.slice(at + 1)]
      while (open.length > 0 && open.at(-1)?.path !== parent) open.pop()
      const folder = open.at(-1)
      if (folder === undefined || name <= folder.lastName) throw disordered(path)
      folder.lastName = name
    }
    first = false
    if (type !== '5') return
    open.push({ path, lastName: '' })
    folders.add(path)
  }

  return (entry) => {
    budget.entries -= 1
    budget.bytes -= entry.stored
    if (budget.entries < 0) throw appError('bundle-too-many-entries')
    if (budget.bytes < 0) throw appError('bundle-too-large', { what: 'layer' })
    checkPath(entry.path)
    if (!types.has(entry.type)) throw appError('bundle-entry-unknown', { path: showEntry(entry.path) })
    checkNumbers(entry)
    place(entry)
    if (entry.type === '1') checkLink(entry, folders)
    if (entry.type === '2' && (entry.link === '' || entry.link.includes('\0') || entry.link.length > 4096)) {
      throw appError('bundle-link-invalid', { what: 'link', path: showEntry(entry.path) })
    }
    return { ...entry, attributes: checkAttributes(entry), parts: closeParts(entry) }
  }
}

function checkPath(path: string): void {
  const parts = path.split('/')
  if (path.length > limits.path || parts.length > limits.depth) {
    throw appError('bundle-path-too-deep', { path: showEntry(path) })
  }
  if (path === '') return
  const isBad = (part: string) =>
    part === '' || part === '.' || part === '..' || part.includes('\0') || part.length > limits.name
  if (parts.some(isBad)) throw appError('bundle-path-invalid', { what: 'path', path: showEntry(path) })
}

function checkNumbers({ path, type, uid, gid, size, stored, parts }: TarEntry): void {
  const isOdd = uid > limits.id || gid > limits.id || size > limits.fileSize || (type !== '0' && stored > 0)
  if (isOdd || (parts !== null && type !== '0')) {
    throw appError('bundle-entry-odd', { path: showEntry(path) })
  }
  let end = 0
  for (const part of parts ?? []) {
    if (part.start < end || part.start + part.length > size) {
      throw appError('bundle-sparse-invalid', { path: showEntry(path) })
    }
    end = part.start + part.length
  }
}

/** The end of a file that ends with a hole is marked by an empty part. */
function closeParts({ parts, size }: TarEntry): TarEntry['parts'] {
  const last = parts?.at(-1)
  if (parts === null || (last && last.start + last.length === size)) return parts
  return [...parts, { start: size, length: 0 }]
}

function checkLink({ path, link }: TarEntry, folders: ReadonlySet<string>): void {
  checkPath(link)
  const parent = link.slice(0, Math.max(0, link.lastIndexOf('/')))
  if (link === '' || folders.has(link) || !folders.has(parent)) {
    throw appError('bundle-link-invalid', { what: 'hardLink', path: showEntry(path) })
  }
}

/** Marks that change what the kernel reads elsewhere are refused; what only meant something on the other machine is left out. */
function checkAttributes({ path, attributes }: TarEntry): Attribute[] {
  return attributes.filter(({ name, value }) => {
    if (name.includes('\0') || name.length > 255 || value.length > 65_536) throw badAttribute(path)
    if (name === opaque) {
      if (value.toString('latin1') !== 'y') throw badAttribute(path)
      return true
    }
    if (/^trusted\.overlay\.(redirect|metacopy|whiteout|xwhiteouts|verity)/.test(name)) throw badAttribute(path)
    if (name.startsWith('trusted.overlay.')) return false
    return (
      /^(user|trusted)\../.test(name) ||
      name === 'security.capability' ||
      /^system\.posix_acl_(access|default)$/.test(name)
    )
  })
}

function badAttribute(path: string) {
  return appError('bundle-attribute-reserved', { path: showEntry(path) })
}

function disordered(path: string) {
  return appError('bundle-disordered', { path: showEntry(path) })
}
