import { createHash } from 'node:crypto'
import { toPathText } from '#contract/guest-path-text'
import type { EntryKind } from '../tar/entry-kind.ts'

/** Everything about one name in a layer. Texts are latin1: one character per byte. */
export interface IndexEntry {
  /** Relative to the layer's folder: `tree`, `tree/etc`, `disk.ext4`. */
  readonly path: string
  readonly kind: EntryKind
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint
  readonly major: number
  readonly minor: number
  /** Of symbolic links. */
  readonly target: string
  /** The other name that this one is a hard link to; empty otherwise. */
  readonly linkTo: string
  readonly attributes: readonly IndexAttribute[]
  /** Of regular files. */
  readonly digest: string
}

export interface IndexAttribute {
  readonly name: string
  /** The value itself where it is short, else its SHA-256 after `sha256:`. */
  readonly value: string
}

/** The first line of an index file. */
export const indexHead = 'joey-layer-index 1\n'

const longestValue = 64
const fieldCount = 12
export const opaqueAttribute = 'trusted.overlay.opaque'

export function toAttribute(name: string, value: string): IndexAttribute {
  if (value.length <= longestValue && !value.startsWith('sha256:')) return { name, value }
  return { name, value: `sha256:${createHash('sha256').update(value, 'latin1').digest('hex')}` }
}

/** What a sentence calls an entry: its path as the guest sees it, none for the disk as a whole. */
export function entryNamed(path: string): { readonly path?: string } {
  if (path === 'disk.ext4') return {}
  return { path: toPathText(Buffer.from(path === 'tree' ? '/' : path.slice('tree'.length), 'latin1')) }
}

/** A deletion, as overlayfs writes it. */
export function isWhiteout({ kind, major, minor }: IndexEntry): boolean {
  return kind === 'c' && major === 0 && minor === 0
}

/** Nothing from below shows in it. */
export function isOpaque({ attributes }: IndexEntry): boolean {
  return attributes.some(({ name, value }) => name === opaqueAttribute && value === 'y')
}

/** One line, with the path last so that a person finds it. */
export function formatEntry(entry: IndexEntry): string {
  const attributes = [...entry.attributes]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, value }) => `${escape(name)}=${escape(value)}`)
  const fields = [
    entry.kind,
    entry.mode.toString(8),
    entry.uid,
    entry.gid,
    entry.size,
    entry.mtimeNs,
    `${entry.major}:${entry.minor}`,
    escape(entry.target) || '-',
    escape(entry.linkTo) || '-',
    attributes.join(',') || '-',
    entry.digest || '-',
    escape(entry.path),
  ]
  return `${fields.join(' ')}\n`
}

/** Null for what is no such line. */
export function parseEntry(line: string): IndexEntry | null {
  const fields = line.split(' ')
  const [kind, mode, uid, gid, size, mtime, device, target, linkTo, attributes, digest, path] = fields.map(String)
  if (fields.length !== fieldCount || !path || !mtime || !/^-?\d+$/.test(mtime)) return null
  const [major, minor] = String(device).split(':')
  const unescapeField = (text: string | undefined) => (text === '-' || text === undefined ? '' : unescape(text))
  return {
    path: unescape(path),
    kind: kind as EntryKind,
    mode: Number.parseInt(String(mode), 8),
    uid: Number(uid),
    gid: Number(gid),
    size: Number(size),
    mtimeNs: BigInt(mtime),
    major: Number(major),
    minor: Number(minor),
    target: unescapeField(target),
    linkTo: unescapeField(linkTo),
    attributes: attributes === '-' ? [] : String(attributes).split(',').map(parseAttribute),
    digest: digest === '-' ? '' : String(digest),
  }
}

/** Everything in an index file; null where it is none. */
export function parseIndex(text: string): IndexEntry[] | null {
  if (!text.startsWith(indexHead) || !text.endsWith('\n')) return null
  const entries = text.slice(indexHead.length).split('\n').slice(0, -1).map(parseEntry)
  return entries.includes(null) ? null : (entries as IndexEntry[])
}

function parseAttribute(text: string): IndexAttribute {
  const at = text.indexOf('=')
  return { name: unescape(text.slice(0, at)), value: unescape(text.slice(at + 1)) }
}

/** A lone dash would be nothing at all. */
function escape(text: string): string {
  if (text === '-') return '%2d'
  return text.replace(/[^!-~]|[%,=]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function unescape(text: string): string {
  return text.replace(/%([0-9a-f]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
