import type { Attribute } from './attribute.ts'
import type { Content, TarEntry } from './read-entries.ts'
import { attributeRecord, header, padding, portableHeader, record } from './tar-header.ts'

/** Two blocks of zeros end an archive. */
export const endOfTar = Buffer.alloc(1024)

const zeros = Buffer.alloc(256 * 1024)

interface HeadOptions {
  readonly sparse: boolean
  /** Names of attributes as they are: only GNU's tar reads percent codes in them. */
  readonly plainNames?: boolean
  /** For whoever reads it, and with names as they are: {@link portableHeader}. */
  readonly portable?: boolean
}

/** The head of an entry, with holes as such or, without `sparse`, as a file that has content everywhere. */
export function headOf(entry: TarEntry, { sparse, plainNames = false, portable = false }: HeadOptions): Buffer {
  const map = sparse && entry.parts !== null ? mapOf(entry) : null
  const size = map === null ? entry.size : map.length + entry.stored
  const head = (portable ? portableHeader : header)({
    path: entry.path,
    type: entry.type,
    link: entry.link,
    size: entry.type === '0' ? size : 0,
    inode: inodeOf(entry),
    records: [
      ...entry.attributes.map(plainNames ? plainRecord : attributeRecord),
      ...(map === null ? [] : sparseRecords(entry)),
    ],
  })
  return map === null ? head : Buffer.concat([head, map])
}

function plainRecord({ name, value }: Attribute): Buffer {
  return record(`SCHILY.xattr.${name}`, value)
}

/** The content that follows the head, and what fills its last block. */
export async function* bodyOf(entry: TarEntry, content: Content, { sparse }: { sparse: boolean }): Content {
  if (entry.type !== '0') return
  if (entry.parts === null || sparse) {
    yield* content
    const before = entry.parts === null ? 0 : mapOf(entry).length
    yield padding(before + entry.stored)
    return
  }
  yield* withHoles(entry, content)
  yield padding(entry.size)
}

/** The content of a sparse file with zeros in the place of its holes. */
export async function* withHoles(entry: Pick<TarEntry, 'parts' | 'size'>, content: Content): Content {
  if (entry.parts === null) {
    yield* content
    return
  }
  let at = 0
  let rest: Buffer = Buffer.alloc(0)
  for (const { start, length } of [...entry.parts, { start: entry.size, length: 0 }]) {
    for (; at < start; at += Math.min(zeros.length, start - at)) yield zeros.subarray(0, start - at)
    for (let left = length; left > 0; ) {
      if (rest.length === 0) {
        const next = await content.next()
        if (next.done) return
        rest = next.value
      }
      const piece = rest.subarray(0, left)
      rest = rest.subarray(piece.length)
      left -= piece.length
      at += piece.length
      yield piece
    }
  }
}

function mapOf({ parts }: TarEntry): Buffer {
  const all = parts ?? []
  const lines = Buffer.from([`${all.length}\n`, ...all.map(({ start, length }) => `${start}\n${length}\n`)].join(''))
  return Buffer.concat([lines, padding(lines.length)])
}

function sparseRecords({ path, size }: TarEntry): Buffer[] {
  const values = {
    'GNU.sparse.major': '1',
    'GNU.sparse.minor': '0',
    'GNU.sparse.name': `./${path}`,
    'GNU.sparse.realsize': `${size}`,
  }
  return Object.entries(values).map(([key, value]) => record(key, Buffer.from(value, 'latin1')))
}

/** What the writer of headers knows nodes by: as the kernel keeps them in an inode. */
function inodeOf({ type, mode, uid, gid, mtimeNs, major, minor }: TarEntry) {
  const isDevice = type === '3' || type === '4'
  const place = Buffer.alloc(60)
  if (isDevice) place.writeUInt32LE((((minor & 0xfff00) << 12) | ((major & 0xfff) << 8) | (minor & 0xff)) >>> 0, 4)
  const kind = type === '3' ? 0o020000 : type === '4' ? 0o060000 : 0
  return {
    number: 0,
    mode: kind | mode,
    uid,
    gid,
    size: 0,
    links: 1,
    modified: mtimeNs,
    flags: 0,
    place,
    tail: Buffer.alloc(0),
    attributeBlock: 0,
  }
}
