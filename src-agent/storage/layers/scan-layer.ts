import { damaged } from '../tar/archive-refusals.ts'
import type { EntryKind } from '../tar/entry-kind.ts'
import { type Content, type Part, readEntries, type TarEntry, timeOf } from '../tar/read-entries.ts'
import { startTool } from './confined-tools.ts'
import { createContentDigest } from './content-digest.ts'
import { type IndexEntry, toAttribute } from './layer-index.ts'
import type { Form } from './layer-places.ts'

export interface ScanRequest {
  /** Of the layer. */
  readonly folder: string
  readonly forms: readonly Form[]
  readonly signal: AbortSignal
  /** How many bytes of content were read. */
  readonly onBytes?: (bytes: number) => void
}

const inside = '/layer'
/** Attributes of one inode have less. */
const mostExtended = 32 * 2 ** 20
const kinds = new Map<string, EntryKind>([
  ['0', 'f'],
  ['2', 'l'],
  ['3', 'c'],
  ['4', 'b'],
  ['5', 'd'],
  ['6', 'p'],
])
const tarArgs = ['--create', '--file=-', '--format=pax', '--pax-option=delete=atime,delete=ctime', '--sort=name']
const attributeArgs = ['--xattrs', '--xattrs-include=*', '--numeric-owner', '--sparse', '--warning=no-file-ignored']

/**
 * Reads everything in a layer, parents first, and visits each entry with the digest of its content. tar is the one
 * program that is everywhere and reports names, hard links, holes and attributes without loss; it has no word for sockets.
 */
export async function scanLayer(request: ScanRequest, visit: (entry: IndexEntry) => void): Promise<void> {
  await scanByTar(request, visit)
  if (request.forms.includes('tree')) await scanSockets(request, visit)
}

async function scanByTar({ folder, forms, signal, onBytes }: ScanRequest, visit: (entry: IndexEntry) => void) {
  const args = [...tarArgs, ...attributeArgs, '-C', inside, '--', ...forms]
  const tar = await startTool({ program: 'tar', args, shown: shownOf(folder), isPatient: true }, signal)
  try {
    const read = readStream(tar.stdout, { onBytes, visit })
    // Where tar fails, what it says is the reason, and not that its stream ends early.
    const [reading, ending] = await Promise.allSettled([read, tar.ended()])
    if (ending.status === 'rejected') throw ending.reason
    if (reading.status === 'rejected') throw reading.reason
  } finally {
    await tar.dispose()
  }
}

interface Visit {
  readonly onBytes: ScanRequest['onBytes'] | undefined
  readonly visit: (entry: IndexEntry) => void
}

async function readStream(stream: AsyncIterable<Buffer>, { onBytes, visit }: Visit): Promise<void> {
  for await (const { entry, content } of readEntries(stream, { mostExtended })) {
    const digest = entry.type === '0' ? createContentDigest(entry.size) : null
    const placed = entry.stored > 0 ? placeContent(entry.parts, content) : []
    for await (const [offset, bytes] of placed) {
      digest?.add(offset, bytes)
      onBytes?.(bytes.length)
    }
    visit(toIndexEntry(entry, digest?.end() ?? ''))
  }
}

/** Where each piece of the content is in the file: what lies between the parts of a sparse one is holes. */
async function* placeContent(parts: readonly Part[] | null, content: Content): AsyncGenerator<[number, Buffer]> {
  let [part, done, whole] = [0, 0, 0]
  for await (const bytes of content) {
    if (parts === null) {
      yield [whole, bytes]
      whole += bytes.length
      continue
    }
    for (let rest = bytes; rest.length > 0; ) {
      const { start, length } = parts[part] ?? { start: 0, length: Number.POSITIVE_INFINITY }
      const piece = rest.subarray(0, length - done)
      if (piece.length > 0) yield [start + done, piece]
      rest = rest.subarray(piece.length)
      done += piece.length
      if (done === length) [part, done] = [part + 1, 0]
    }
  }
}

function toIndexEntry(entry: TarEntry, digest: string): IndexEntry {
  const { path, mode, uid, gid, mtimeNs, link } = entry
  const kind = kinds.get(entry.type) ?? null
  if (kind === null && entry.type !== '1') throw damaged(`an entry has the type ${entry.type}`)
  const isDevice = kind === 'c' || kind === 'b'
  return {
    ...{ path, mode, uid, gid, mtimeNs, digest },
    ...{ major: isDevice ? entry.major : 0, minor: isDevice ? entry.minor : 0 },
    // A further name: what it is stands at the first one.
    kind: kind ?? 'f',
    size: kind === 'f' ? entry.size : 0,
    target: kind === 'l' ? link : '',
    linkTo: kind === null ? link : '',
    attributes: entry.attributes.map(({ name, value }) => toAttribute(name, value.toString('latin1'))),
  }
}

const socketFormat = '%P\\0%m %U %G %T@\\0'

async function scanSockets({ folder, signal }: ScanRequest, visit: (entry: IndexEntry) => void): Promise<void> {
  const args = ['-P', `${inside}/tree`, '-type', 's', '-printf', socketFormat]
  const find = await startTool({ program: 'find', args, shown: shownOf(folder), isPatient: true }, signal)
  try {
    const chunks: Buffer[] = []
    for await (const chunk of find.stdout) chunks.push(chunk)
    await find.ended()
    const fields = Buffer.concat(chunks).toString('latin1').split('\0')
    for (let at = 0; at + 1 < fields.length; at += 2) visit(toSocket(fields[at] ?? '', fields[at + 1] ?? ''))
  } finally {
    await find.dispose()
  }
}

function toSocket(path: string, facts: string): IndexEntry {
  const [mode = '0', uid, gid, time = '0'] = facts.split(' ')
  return {
    ...{ path: `tree/${path}`, kind: 's', uid: Number(uid), gid: Number(gid), mode: Number.parseInt(mode, 8) },
    // It writes ten digits of a fraction, of which the last means nothing.
    mtimeNs: timeOf(time.replace(/(\.\d{9})\d+$/, '$1')) ?? 0n,
    ...{ size: 0, major: 0, minor: 0, target: '', linkTo: '', attributes: [], digest: '' },
  }
}

function shownOf(folder: string) {
  return [{ from: folder, to: inside, writable: false }]
}
