import { damaged } from './archive-refusals.ts'
import type { Attribute } from './attribute.ts'
import { type ByteReader, type Bytes, readBytes } from './byte-reader.ts'
import { type ExtendedHeader, parseExtended } from './extended-header.ts'

/** One entry of a tar stream. Names are latin1 text: one character per byte. */
export interface TarEntry {
  /** Relative to the root, without `./` and slash at the end; '' is the root itself. */
  readonly path: string
  /** As tar has it: 0 file, 1 hard link, 2 symbolic link, 3 and 4 devices, 5 folder, 6 FIFO. */
  readonly type: string
  /** Of hard links a path as above, of symbolic ones the target. */
  readonly link: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtimeNs: bigint
  readonly major: number
  readonly minor: number
  readonly attributes: readonly Attribute[]
  /** As it is read: with the holes of a sparse file. */
  readonly size: number
  /** Where content is, of a file with holes; null of every other. */
  readonly parts: readonly Part[] | null
  /** Bytes that are stored: of all parts together. */
  readonly stored: number
}

export interface Part {
  readonly start: number
  readonly length: number
}

/** What is stored of an entry: for a sparse file its parts, one after the other. To be read before the next entry. */
export type Content = AsyncGenerator<Buffer>

const block = 512
/** Of one extended header, where nothing else is given. */
const usualExtended = 4 * 2 ** 20
const mostParts = 1_000_000
const chunk = 1024 * 1024

interface ReadOptions {
  readonly mostExtended?: number
  /** Of whatever wrote it: also long names as GNU's tar has them, and headers for the whole archive, which say nothing of files. */
  readonly foreign?: boolean
}

/** Reads a tar stream entry by entry: POSIX headers with extended ones, sparse files as GNU's format 1.0. */
export async function* readEntries(
  source: Bytes,
  { mostExtended = usualExtended, foreign = false }: ReadOptions = {},
): AsyncGenerator<{ entry: TarEntry; content: Content }> {
  const reader = readBytes(source)
  try {
    let extended: ExtendedHeader = new Map()
    for (;;) {
      const head = await reader.exact(block)
      if (head.every((byte) => byte === 0)) break
      checkSum(head)
      const type = head.toString('latin1', 156, 157)
      const size = number(head, 124, 12)
      if (type === 'x') {
        const found = parseExtended(await readHeader(reader, size, mostExtended))
        extended = foreign ? new Map([...extended, ...found]) : found
        continue
      }
      if (foreign && (type === 'L' || type === 'K')) {
        const name = await readHeader(reader, size, mostExtended)
        extended.set(type === 'L' ? 'path' : 'linkpath', untilZero(name))
        continue
      }
      if (foreign && type === 'g') {
        await readHeader(reader, size, mostExtended)
        continue
      }
      const stored = decimal(extended, 'size') ?? size
      const opened = await openEntry(reader, { head, type: type === '\0' ? '0' : type, extended }, stored)
      extended = new Map()
      yield opened.given
      await opened.skip()
    }
    while ((await reader.some(chunk)) !== null) {
      // A writer may fill the last record with zeros.
    }
  } finally {
    await reader.close()
  }
}

async function readHeader(reader: ByteReader, size: number, most: number): Promise<Buffer> {
  if (size > most) throw damaged('an extended header is too large')
  const body = await reader.exact(size)
  await reader.exact(fill(size))
  return body
}

function untilZero(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

/** An entry as its headers describe it. */
interface EntryHeaders {
  readonly head: Buffer
  readonly type: string
  readonly extended: ExtendedHeader
}

async function openEntry(reader: ByteReader, headers: EntryHeaders, total: number) {
  const realSize = decimal(headers.extended, 'GNU.sparse.realsize')
  const isSparse = [...headers.extended.keys()].some((key) => key.startsWith('GNU.sparse.'))
  if (isSparse && realSize === null) throw damaged('a sparse file is of an older form')
  const map = realSize === null ? null : await readMap(reader, total)
  let left = total - (map?.bytes ?? 0)
  const stored = left
  if (map && map.parts.reduce((sum, { length }) => sum + length, 0) !== stored)
    throw damaged('a sparse map does not fit')
  const entry = describe(headers, { size: realSize ?? stored, stored, parts: map?.parts ?? null })
  async function* content(): Content {
    while (left > 0) {
      const bytes = await reader.some(Math.min(left, chunk))
      if (bytes === null) throw damaged('it ends within a file')
      left -= bytes.length
      yield bytes
    }
  }
  const skip = async () => {
    for await (const _bytes of content()) {
      // Nobody wanted the rest of it.
    }
    await reader.exact(fill(total))
  }
  return { given: { entry, content: content() }, skip }
}

function describe(
  { head, type, extended }: EntryHeaders,
  sizes: Pick<TarEntry, 'size' | 'stored' | 'parts'>,
): TarEntry {
  const prefix = text(head, 345, 155)
  const short = prefix === '' ? text(head, 0, 100) : `${prefix}/${text(head, 0, 100)}`
  const path = latin(extended, 'GNU.sparse.name') ?? latin(extended, 'path') ?? short
  const link = latin(extended, 'linkpath') ?? text(head, 157, 100)
  return {
    path: withoutDot(path),
    type,
    link: type === '1' ? withoutDot(link) : link,
    mode: number(head, 100, 8) & 0o7777,
    uid: decimal(extended, 'uid') ?? number(head, 108, 8),
    gid: decimal(extended, 'gid') ?? number(head, 116, 8),
    mtimeNs: timeOf(latin(extended, 'mtime')) ?? BigInt(number(head, 136, 12)) * 1_000_000_000n,
    major: number(head, 329, 8),
    minor: number(head, 337, 8),
    attributes: [...extended].flatMap(([key, value]) => {
      const found = /^SCHILY\.xattr\.(.+)$/s.exec(key)?.[1]
      return found === undefined ? [] : [{ name: found.replaceAll('%3D', '=').replaceAll('%25', '%'), value }]
    }),
    ...sizes,
  }
}

/** The count of parts, then start and length of each, as lines in whole blocks. */
async function readMap(reader: ByteReader, total: number): Promise<{ parts: Part[]; bytes: number }> {
  const numbers: number[] = []
  let [bytes, line, wanted] = [0, '', 1]
  while (numbers.length < wanted) {
    if (bytes + block > total) throw damaged('a sparse map is cut off')
    const piece = await reader.exact(block)
    bytes += block
    for (const byte of piece) {
      if (numbers.length >= wanted) break
      if (byte !== 0x0a) line += String.fromCharCode(byte)
      else {
        if (!/^[0-9]{1,15}$/.test(line)) throw damaged('a sparse map is no list of numbers')
        numbers.push(Number(line))
        line = ''
        if (numbers.length === 1) wanted = 1 + 2 * (numbers[0] ?? 0)
        if (wanted > 2 * mostParts) throw damaged('a file has too many parts')
      }
      if (line.length > 15) throw damaged('a sparse map is no list of numbers')
    }
  }
  const parts: Part[] = []
  for (let at = 1; at < numbers.length; at += 2) parts.push({ start: numbers[at] ?? 0, length: numbers[at + 1] ?? 0 })
  return { parts, bytes }
}

function checkSum(head: Buffer): void {
  let sum = 0
  for (let at = 0; at < block; at += 1) sum += at >= 148 && at < 156 ? 32 : (head[at] ?? 0)
  if (number(head, 148, 8) !== sum) throw damaged('the checksum of a header is wrong')
}

/** Octal, or big-endian with the highest bit set. */
function number(head: Buffer, at: number, length: number): number {
  if (((head[at] ?? 0) & 0x80) !== 0) {
    const value = head.readUIntBE(at + length - 6, 6)
    if (head.subarray(at + 1, at + length - 6).some((byte) => byte !== 0)) throw damaged('a number is too large')
    return value
  }
  const digits = text(head, at, length).trim()
  if (digits === '') return 0
  if (!/^[0-7]+$/.test(digits)) throw damaged('a number is none')
  return Number.parseInt(digits, 8)
}

function text(head: Buffer, at: number, length: number): string {
  const found = head.toString('latin1', at, at + length)
  const end = found.indexOf('\0')
  return end < 0 ? found : found.slice(0, end)
}

function latin(extended: ExtendedHeader, key: string): string | null {
  return extended.get(key)?.toString('latin1') ?? null
}

function decimal(extended: ExtendedHeader, key: string): number | null {
  const found = latin(extended, key)
  if (found === null) return null
  const value = /^[0-9]{1,16}$/.test(found) ? Number(found) : Number.NaN
  if (!Number.isSafeInteger(value)) throw damaged(`"${key}" is no number`)
  return value
}

/** Seconds with up to nine digits of fraction. */
export function timeOf(found: string | null): bigint | null {
  if (found === null) return null
  const [, sign, seconds, fraction = ''] = /^(-?)([0-9]{1,12})(?:\.([0-9]{0,9}))?$/.exec(found) ?? []
  if (seconds === undefined) throw damaged('a time is none')
  const size = BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
  return sign === '-' ? -size : size
}

function withoutDot(path: string): string {
  const whole = path.endsWith('/') ? path.slice(0, -1) : path
  if (whole === '.') return ''
  return whole.startsWith('./') ? whole.slice(2) : whole
}

function fill(size: number): number {
  return (block - (size % block)) % block
}
