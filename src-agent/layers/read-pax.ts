import type { EntryKind } from '../storage/layers/layer-index.ts'

/** One entry of a stream of GNU tar in its pax format. Texts are latin1: one character per byte. */
export interface PaxEntry {
  readonly path: string
  /** Null for a further name of a file that came before; `link` is that. */
  readonly kind: EntryKind | null
  readonly link: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtimeNs: bigint
  readonly major: number
  readonly minor: number
  /** Of the file, holes counted. */
  readonly size: number
  /** Names and values of extended attributes. */
  readonly attributes: readonly (readonly [name: string, value: string])[]
}

export interface PaxVisitor {
  entry(entry: PaxEntry): void
  /** A part of the content of the entry before, in their order; what lies between is holes. */
  content(offset: number, bytes: Buffer): void
  end(): void
}

const blockBytes = 512
/** Attributes of one inode have less. */
const largestHeader = 32 * 2 ** 20
const kinds = new Map<string, EntryKind>([
  ['0', 'f'],
  ['\0', 'f'],
  ['2', 'l'],
  ['3', 'c'],
  ['4', 'b'],
  ['5', 'd'],
  ['6', 'p'],
])

/** Reads what `tar --format=pax --sparse` writes. It is the agent's own tar: a stream that makes no sense is a fault. */
export async function readPax(source: AsyncIterable<Buffer>, visitor: PaxVisitor): Promise<void> {
  const reader = createReader(source)
  let records = new Map<string, string>()
  for (;;) {
    const block = await reader.exactly(blockBytes)
    if (block.every((byte) => byte === 0)) break
    const type = String.fromCharCode(block[156] ?? 0)
    const size = toNumber(block, 124, 12)
    if (type === 'x' || type === 'g') {
      if (size > largestHeader) throw senseless('a header is too large')
      const parsed = parseRecords(await reader.exactly(size))
      await reader.exactly(paddingOf(size))
      if (type === 'x') records = parsed
      continue
    }
    const stored = Number(records.get('size') ?? size)
    visitor.entry(toEntry(block, type, records, stored))
    await readContent(reader, records, stored, visitor)
    visitor.end()
    records = new Map()
  }
  await reader.drain()
}

type Reader = ReturnType<typeof createReader>

async function readContent(
  reader: Reader,
  records: ReadonlyMap<string, string>,
  stored: number,
  visitor: PaxVisitor,
): Promise<void> {
  if (!records.has('GNU.sparse.major')) {
    await reader.each(stored, (offset, bytes) => visitor.content(offset, bytes))
    await reader.exactly(paddingOf(stored))
    return
  }
  let left = stored
  for (const [start, length] of await readMap(reader, (used) => (left -= used))) {
    await reader.each(length, (offset, bytes) => visitor.content(start + offset, bytes))
    left -= length
  }
  if (left !== 0) throw senseless('the parts of a file do not add up')
  await reader.exactly(paddingOf(stored))
}

/** Decimal numbers, one a line, filled up to whole blocks: how many parts, then start and length of each. */
async function readMap(reader: Reader, onUsed: (bytes: number) => void): Promise<[number, number][]> {
  const numbers: number[] = []
  let rest = ''
  for (let wanted = 1; numbers.length < wanted; ) {
    rest += (await reader.exactly(blockBytes)).toString('latin1')
    onUsed(blockBytes)
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    numbers.push(...lines.map(Number))
    wanted = 1 + 2 * (numbers[0] ?? 0)
  }
  const [count = 0, ...pairs] = numbers
  return Array.from({ length: count }, (_, index) => [pairs[2 * index] ?? 0, pairs[2 * index + 1] ?? 0])
}

function toEntry(block: Buffer, type: string, records: ReadonlyMap<string, string>, stored: number): PaxEntry {
  const prefix = toText(block, 345, 155)
  const name = toText(block, 0, 100)
  const kind = kinds.get(type) ?? null
  if (kind === null && type !== '1') throw senseless(`an entry has the type ${type}`)
  const path = records.get('GNU.sparse.name') ?? records.get('path') ?? (prefix === '' ? name : `${prefix}/${name}`)
  const attributes = [...records].filter(([key]) => key.startsWith(attributeKey))
  return {
    path: path.endsWith('/') ? path.slice(0, -1) : path,
    kind,
    link: records.get('linkpath') ?? toText(block, 157, 100),
    mode: toNumber(block, 100, 8) & 0o7777,
    uid: Number(records.get('uid') ?? toNumber(block, 108, 8)),
    gid: Number(records.get('gid') ?? toNumber(block, 116, 8)),
    mtimeNs: toNanoseconds(records.get('mtime') ?? String(toNumber(block, 136, 12))),
    major: kind === 'c' || kind === 'b' ? toNumber(block, 329, 8) : 0,
    minor: kind === 'c' || kind === 'b' ? toNumber(block, 337, 8) : 0,
    size: Number(records.get('GNU.sparse.realsize') ?? stored),
    attributes: attributes.map(([key, value]) => [toName(key), value]),
  }
}

const attributeKey = 'SCHILY.xattr.'

function toName(key: string): string {
  return key.slice(attributeKey.length).replaceAll('%3D', '=').replaceAll('%25', '%')
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function parseRecords(body: Buffer): Map<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at)
    const length = Number(body.toString('latin1', at, space))
    const equals = body.indexOf(0x3d, space)
    if (space < 0 || equals < 0 || !(length > 0)) throw senseless('an extended header is broken')
    records.set(body.toString('latin1', space + 1, equals), body.toString('latin1', equals + 1, at + length - 1))
    at += length
  }
  return records
}

/** A decimal number of seconds, perhaps with a fraction, perhaps negative. */
export function toNanoseconds(text: string): bigint {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  const size = BigInt(whole) * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'))
  return sign === '-' ? -size : size
}

function toText(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length)
  const end = field.indexOf(0)
  return field.toString('latin1', 0, end < 0 ? length : end)
}

/** Octal, or where that is too small binary. */
function toNumber(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0
  if (first < 0x80) return Number.parseInt(toText(block, start, length).trim() || '0', 8)
  const bytes = block.subarray(start + 1, start + length)
  return Number(BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex')}`)))
}

function paddingOf(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes
}

function senseless(what: string): Error {
  return new Error(`The stream of tar makes no sense: ${what}.`)
}

function createReader(source: AsyncIterable<Buffer>) {
  const chunks = source[Symbol.asyncIterator]()
  let current: Buffer = Buffer.alloc(0)
  const more = async (): Promise<void> => {
    const next = await chunks.next()
    if (next.done) throw senseless('it ends early')
    current = next.value
  }
  const each = async (length: number, visit: (offset: number, bytes: Buffer) => void): Promise<void> => {
    for (let at = 0; at < length; ) {
      if (current.length === 0) await more()
      const part = current.subarray(0, length - at)
      current = current.subarray(part.length)
      if (part.length > 0) visit(at, part)
      at += part.length
    }
  }
  return {
    each,
    async exactly(length: number): Promise<Buffer> {
      if (current.length >= length) {
        const whole = current.subarray(0, length)
        current = current.subarray(length)
        return whole
      }
      const whole = Buffer.alloc(length)
      await each(length, (offset, bytes) => void bytes.copy(whole, offset))
      return whole
    },
    async drain(): Promise<void> {
      while (!(await chunks.next()).done);
    },
  }
}
