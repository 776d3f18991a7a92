import { appError } from '#contract/app-error'
import type { DiskRoom } from '../../base/disk-room.ts'
import type { TarEntry } from './read-entries.ts'
import { showEntry } from './show-entry.ts'

const limits = { path: 3_800, name: 255, depth: 1_000, link: 4096, fileSize: 2 ** 43, id: 2 ** 32 - 2 }
const mostEntries = 2_000_000
const mostLinkBytes = 64 * 2 ** 20
const [file, hardLink, link, folder, pipe] = ['0', '1', '2', '5', '6']
const devices = new Set(['3', '4'])
const types = new Set([file, hardLink, link, folder, pipe, ...devices])

/** Where the archive is unpacked. */
type Target = 'volume' | 'sandbox'
type Refuse = (what: Fault, path: string) => Error
type Fault = 'path' | 'kind' | 'behind' | 'numbers' | 'link' | 'attribute'

/**
 * Looks at each entry of an archive that anybody may have written, in any order. Gives it as it may be unpacked, or null where it has
 * no place there; throws where the archive reaches for what is not in it. Of what was seen only links are remembered: what lies behind
 * one is refused, so nothing is written where one points to.
 */
export function createArchiveCheck(room: DiskRoom, of: Target): (entry: TarEntry) => TarEntry | null {
  const refused = (what: Fault, path: string) => appError('volume-archive-refused', { what, path: showEntry(path), of })
  const requireNumbers = createNumberCheck(refused)
  const keptAttributes = createAttributeCheck(refused)
  const links = new Set<string>()
  let [bytes, entries, linkBytes] = [room.bytes, Math.min(room.files, mostEntries), mostLinkBytes]

  const requireNoLink = (path: string, shown: string): void => {
    if (links.size === 0) return
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      if (links.has(path.slice(0, at))) throw refused('behind', shown)
    }
  }

  return (entry) => {
    const { path, type, stored } = entry
    entries -= 1
    bytes -= stored
    if (entries < 0) throw appError('volume-archive-too-large', { what: 'entries', of })
    if (bytes < 0) throw appError('volume-archive-too-large', { what: 'bytes', of })
    if (!types.has(type)) throw refused('kind', path)
    if (!isPath(path) || (path === '' && type !== folder)) throw refused('path', path)
    requireNumbers(entry)
    requireNoLink(path, path)
    if (links.has(path)) throw refused('behind', path)
    if (type === hardLink) {
      if (entry.link === '' || !isPath(entry.link)) throw refused('link', path)
      requireNoLink(entry.link, path)
      if (links.has(entry.link)) links.add(path)
    }
    if (type === link) {
      if (entry.link === '' || entry.link.includes('\0') || entry.link.length > limits.link) throw refused('link', path)
      linkBytes -= path.length
      if (linkBytes < 0) throw appError('volume-archive-too-large', { what: 'entries', of })
      links.add(path)
    }
    return devices.has(type) ? null : { ...entry, attributes: keptAttributes(entry), parts: closeParts(entry) }
  }
}

function isPath(path: string): boolean {
  if (path === '') return true
  const parts = path.split('/')
  const isBad = (part: string): boolean =>
    part === '' || part === '.' || part === '..' || part.includes('\0') || part.length > limits.name
  return path.length <= limits.path && parts.length <= limits.depth && !parts.some(isBad)
}

function createNumberCheck(refused: Refuse): (entry: TarEntry) => void {
  return ({ path, type, uid, gid, size, stored, parts }) => {
    const isOdd = uid > limits.id || gid > limits.id || size > limits.fileSize
    if (isOdd || (type !== file && (stored > 0 || parts !== null))) throw refused('numbers', path)
    let end = 0
    for (const part of parts ?? []) {
      if (part.start < end || part.start + part.length > size) throw refused('numbers', path)
      end = part.start + part.length
    }
  }
}

/** The end of a file that ends with a hole is marked by an empty part. */
function closeParts({ parts, size }: TarEntry): TarEntry['parts'] {
  const last = parts?.at(-1)
  if (parts === null || (last && last.start + last.length === size)) return parts
  return [...parts, { start: size, length: 0 }]
}

/** Those that mean in a sandbox what they meant where they come from. */
function createAttributeCheck(refused: Refuse): (entry: TarEntry) => TarEntry['attributes'] {
  return ({ path, attributes }) =>
    attributes.filter(({ name, value }) => {
      if (name.includes('\0') || name.length > 255 || value.length > 65_536) throw refused('attribute', path)
      if (name.startsWith('user.overlay.')) return false
      return name.startsWith('user.') || /^(security\.capability|system\.posix_acl_(access|default))$/.test(name)
    })
}
