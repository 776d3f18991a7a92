import { startTool } from './confined-tools.ts'
import { type ContentDigest, createContentDigest } from './content-digest.ts'
import { type IndexEntry, toAttribute } from './layer-index.ts'
import type { Form } from './layer-places.ts'
import { type PaxEntry, readPax, toNanoseconds } from '../../layers/read-pax.ts'

export interface ScanRequest {
  /** Of the layer. */
  readonly folder: string
  readonly forms: readonly Form[]
  readonly signal: AbortSignal
  /** How many bytes of content were read. */
  readonly onBytes?: (bytes: number) => void
}

const inside = '/layer'
const tarArgs = ['--create', '--file=-', '--format=pax', '--pax-option=delete=atime,delete=ctime', '--sort=name']
const attributeArgs = ['--xattrs', '--xattrs-include=*', '--numeric-owner', '--sparse', '--warning=no-file-ignored']

/**
 * Reads everything in a layer, parents first, and visits each entry with the digest of its content. tar is the one
 * program that is everywhere and tells names, hard links, holes and attributes without loss; it has no word for sockets.
 */
export async function scanLayer(request: ScanRequest, visit: (entry: IndexEntry) => void): Promise<void> {
  await scanByTar(request, visit)
  if (request.forms.includes('tree')) await scanSockets(request, visit)
}

async function scanByTar({ folder, forms, signal, onBytes }: ScanRequest, visit: (entry: IndexEntry) => void) {
  const args = [...tarArgs, ...attributeArgs, '-C', inside, '--', ...forms]
  const tar = await startTool({ program: 'tar', args, shown: shownOf(folder), isPatient: true }, signal)
  let entry: PaxEntry | null = null
  let digest: ContentDigest | null = null
  try {
    const read = readPax(tar.stdout, {
      entry(found) {
        entry = found
        digest = found.kind === 'f' ? createContentDigest(found.size) : null
      },
      content(offset, bytes) {
        digest?.add(offset, bytes)
        onBytes?.(bytes.length)
      },
      end() {
        if (entry !== null) visit(toIndexEntry(entry, digest?.end() ?? ''))
      },
    })
    // Where tar fails, what it says is the reason, and not that its stream ends early.
    const [reading, ending] = await Promise.allSettled([read, tar.ended()])
    if (ending.status === 'rejected') throw ending.reason
    if (reading.status === 'rejected') throw reading.reason
  } finally {
    await tar.dispose()
  }
}

function toIndexEntry(entry: PaxEntry, digest: string): IndexEntry {
  const { path, kind, mode, uid, gid, mtimeNs, major, minor, link } = entry
  return {
    ...{ path, mode, uid, gid, mtimeNs, major, minor, digest },
    // A further name: what it is stands at the first one.
    kind: kind ?? 'f',
    size: kind === 'f' ? entry.size : 0,
    target: kind === 'l' ? link : '',
    linkTo: kind === null ? link : '',
    attributes: entry.attributes.map(([name, value]) => toAttribute(name, value)),
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
    mtimeNs: toNanoseconds(time),
    ...{ size: 0, major: 0, minor: 0, target: '', linkTo: '', attributes: [], digest: '' },
  }
}

function shownOf(folder: string) {
  return [{ from: folder, to: inside, writable: false }]
}
