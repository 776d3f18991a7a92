import { AppError } from '#contract/app-error'
import type { FileKind } from '#contract/files'
import type { TreeNode, TreeView } from '../storage/layers/tree-view.ts'
import type { TarEntry } from '../storage/tar/read-entries.ts'
import { bodyOf, endOfTar, headOf } from '../storage/tar/write-entry.ts'
import type { CopyCount } from './copy-in.ts'
import type { Picked } from './copy-out.ts'
import { createSkipped } from './skipped.ts'

const types: Partial<Record<FileKind, string>> = { file: '0', link: '2', char: '3', block: '4', folder: '5', fifo: '6' }
const readBytes = 256 * 1024
const form = { sparse: false, portable: true } as const

interface Options {
  readonly signal: AbortSignal
  readonly onBytes: (bytes: number) => void
  /** Where something is mounted, which is not in the archive. */
  readonly mounted: ReadonlySet<string>
}

/** Writes what was picked as a tar file that every tar reads: holes as zeros, a file with several names once. */
export async function writeArchive(
  view: Pick<TreeView, 'open' | 'attributes'>,
  picked: readonly Picked[],
  write: (bytes: Buffer) => Promise<void>,
  { signal, onBytes, mounted }: Options,
): Promise<CopyCount> {
  const skipped = createSkipped()
  const first = new Map<string, string>()
  let [files, bytes] = [0, 0]
  for (const { path, to, node } of picked) {
    signal.throwIfAborted()
    const type = types[node.kind]
    if (type === undefined) {
      skipped.add(path, 'socket')
      continue
    }
    const entry = { ...describe(node), path: to, type, attributes: await view.attributes(path) }
    const other = node.kind === 'file' && node.links > 1 ? first.get(node.identity) : undefined
    if (other !== undefined) {
      await write(headOf({ ...entry, type: '1', link: other, size: 0, stored: 0, attributes: [] }, form))
      files += 1
      continue
    }
    if (node.kind !== 'file') await write(headOf(entry, form))
    else if (!(await writeFile(view, path, entry, async (part) => write(part).then(() => onBytes(part.length))))) {
      skipped.add(path, 'gone')
      continue
    }
    first.set(node.identity, to)
    if (node.kind !== 'folder') files += 1
    if (node.kind === 'file') bytes += node.size
  }
  await write(endOfTar)
  for (const path of mounted) skipped.add(path, 'mounted')
  return { files, bytes, ...skipped.list() }
}

function describe({ mode, uid, gid, mtimeNs, major, minor, target, kind, size }: TreeNode) {
  const length = kind === 'file' ? size : 0
  return { mode, uid, gid, mtimeNs, major, minor, link: target ?? '', size: length, stored: length, parts: null }
}

/** False where it is there no more. */
async function writeFile(
  view: Pick<TreeView, 'open'>,
  path: string,
  entry: TarEntry,
  write: (bytes: Buffer) => Promise<void>,
): Promise<boolean> {
  const file = await view.open(path).catch((error: unknown) => {
    if (error instanceof AppError && error.wire.code === 'notFound') return null
    throw error
  })
  if (file === null) return false
  try {
    const { size } = file.node
    // What the guest makes of it meanwhile changes nothing of its length: the rest of one that has become shorter is zeros.
    async function* content(): AsyncGenerator<Buffer> {
      for (let at = 0; at < size; ) {
        const read = await file?.read(at, Math.min(readBytes, size - at))
        const part = read === undefined || read.length === 0 ? Buffer.alloc(Math.min(readBytes, size - at)) : read
        at += part.length
        yield part
      }
    }
    const whole = { ...entry, size, stored: size }
    await write(headOf(whole, form))
    for await (const part of bodyOf(whole, content(), { sparse: false })) await write(part)
    return true
  } finally {
    await file.close()
  }
}
