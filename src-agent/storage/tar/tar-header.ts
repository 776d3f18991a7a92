import type { Attribute } from './attribute.ts'

const blockSize = 512
export const linkType = '1'

/** What a header takes from an inode; of a file system's own inodes only these fields are read. */
interface HeadInode {
  /** Type and permission bits, as in `st_mode`. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Nanoseconds since 1970. */
  readonly modified: bigint
  /** The words of the inode that hold a device's numbers. */
  readonly place?: Buffer
}

export interface Head {
  readonly path: string
  readonly type: string
  readonly link: string
  readonly size: number
  readonly inode: HeadInode
  readonly records: readonly Buffer[]
}

/** An extended header with everything that could be too large for the plain one, then the plain one. */
export function header({ path, type, link, size, inode, records }: Head): Buffer {
  // With "./" no name can be taken for an option, and the root has one.
  const name = path === '' ? './' : `./${path}`
  const target = type === linkType ? `./${link}` : link
  const all = [
    record('path', Buffer.from(name, 'latin1')),
    ...(target === '' ? [] : [record('linkpath', Buffer.from(target, 'latin1'))]),
    record('mtime', Buffer.from(decimalTime(inode.modified))),
    record('uid', Buffer.from(`${inode.uid}`)),
    record('gid', Buffer.from(`${inode.gid}`)),
    record('size', Buffer.from(`${size}`)),
    ...records,
  ]
  const body = Buffer.concat(all)
  const [major, minor] = deviceOf(inode)
  return Buffer.concat([
    plainHeader({ type: 'x', size: body.length, mode: 0o644, major: 0, minor: 0 }),
    body,
    padding(body.length),
    plainHeader({ type, size: Math.min(size, 0o77777777777), mode: inode.mode & 0o7777, major, minor }),
  ])
}

const [mostSize, mostId] = [0o77777777777, 0o7777777]

/**
 * The same for whoever reads it, busybox's tar too, which passes over extended headers: the plain one says all that it has room
 * for, and an extended one before it only the rest. Names are as they are, a folder's with a slash behind.
 */
export function portableHeader({ path, type, link, size, inode, records }: Head): Buffer {
  const name = type === '5' ? `${path}/` : path
  const { uid, gid, mode } = inode
  const seconds = inode.modified / 1_000_000_000n
  const isTime = seconds >= 0n && seconds <= BigInt(mostSize)
  const [prefix, rest] = splitName(name)
  const body = Buffer.concat([
    ...(rest === null ? [record('path', Buffer.from(name, 'latin1'))] : []),
    ...(link.length > 100 ? [record('linkpath', Buffer.from(link, 'latin1'))] : []),
    ...(isTime ? [] : [record('mtime', Buffer.from(decimalTime(inode.modified)))]),
    ...(uid > mostId ? [record('uid', Buffer.from(`${uid}`))] : []),
    ...(gid > mostId ? [record('gid', Buffer.from(`${gid}`))] : []),
    ...(size > mostSize ? [record('size', Buffer.from(`${size}`))] : []),
    ...records,
  ])
  const [major, minor] = deviceOf(inode)
  const names = { name: rest ?? name.slice(-100), prefix, link: link.slice(0, 100) }
  const numbers = { uid: Math.min(uid, mostId), gid: Math.min(gid, mostId), seconds: isTime ? Number(seconds) : 0 }
  const plain = plainHeader({
    ...{ type, size: Math.min(size, mostSize), mode: mode & 0o7777, major, minor },
    ...names,
    ...numbers,
  })
  if (body.length === 0) return plain
  const extended = { type: 'x', size: body.length, mode: 0o644, major: 0, minor: 0 }
  return Buffer.concat([plainHeader(extended), body, padding(body.length), plain])
}

/** A name in the two places of a header; null where it does not fit. */
function splitName(name: string): readonly [prefix: string, rest: string | null] {
  if (name.length <= 100) return ['', name]
  const at = name.indexOf('/', name.length - 101)
  return at > 0 && at <= 155 && at < name.length - 1 ? [name.slice(0, at), name.slice(at + 1)] : ['', null]
}

interface PlainFields {
  readonly type: string
  readonly size: number
  readonly mode: number
  readonly major: number
  readonly minor: number
  /** Where an extended header says these, they are not in the plain one. */
  readonly name?: string
  readonly prefix?: string
  readonly link?: string
  readonly uid?: number
  readonly gid?: number
  readonly seconds?: number
}

function plainHeader(fields: PlainFields): Buffer {
  const head = Buffer.alloc(blockSize)
  const octal = (value: number, at: number, length: number) =>
    head.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
  head.write(fields.name ?? 'entry', 0, 'latin1')
  octal(fields.mode, 100, 8)
  octal(fields.uid ?? 0, 108, 8)
  octal(fields.gid ?? 0, 116, 8)
  octal(fields.size, 124, 12)
  octal(fields.seconds ?? 0, 136, 12)
  head.write('        ', 148, 'latin1')
  head.write(fields.type, 156, 'latin1')
  head.write(fields.link ?? '', 157, 'latin1')
  head.write(fields.prefix ?? '', 345, 'latin1')
  head.write('ustar\x0000', 257, 'latin1')
  octal(fields.major, 329, 8)
  octal(fields.minor, 337, 8)
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return head
}

/** As the kernel keeps it in the inode: the old form in the first word, or the new one in the second. */
export function deviceOf({ mode, place }: Head['inode']): readonly [major: number, minor: number] {
  if (place === undefined || ![0o020000, 0o060000].includes(mode & 0o170000)) return [0, 0]
  const [old, wide] = [place.readUInt32LE(0), place.readUInt32LE(4)]
  if (old !== 0) return [(old >>> 8) & 0xff, old & 0xff]
  return [(wide >>> 8) & 0xfff, (wide & 0xff) | ((wide >>> 12) & 0xfff00)]
}

/** GNU tar splits at the first "=", so in a name it is written as a percent code. */
export function attributeRecord({ name, value }: Attribute): Buffer {
  return record(`SCHILY.xattr.${name.replaceAll('%', '%25').replaceAll('=', '%3D')}`, value)
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
export function record(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`, 'latin1'), value, Buffer.from('\n')])
  let length = rest.length + 1
  while (`${length}`.length + rest.length !== length) length = `${length}`.length + rest.length
  return Buffer.concat([Buffer.from(`${length}`), rest])
}

function decimalTime(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const fraction = String(size % 1_000_000_000n).padStart(9, '0')
  return `${nanoseconds < 0n ? '-' : ''}${size / 1_000_000_000n}.${fraction}`
}

/** What fills the last block. */
export function padding(size: number): Buffer {
  return Buffer.alloc((blockSize - (size % blockSize)) % blockSize)
}
