import type { FileHandle } from 'node:fs/promises'
import { AppError, appError } from '#contract/app-error'
import type { HostFolder } from '../base/host-path/host-folder.ts'
import { joinPath, nameOf } from '../base/relative-path.ts'
import type { TreeEntry, TreeNode, TreeView } from '../storage/layers/tree-view.ts'
import type { CopyCount } from './copy-in.ts'
import { readContent } from './file-content.ts'
import { leadsOut } from './link-targets.ts'
import { requireNode } from './opened-tree.ts'
import { createSkipped, type Skipped, specialWord } from './skipped.ts'
import { toShownPath } from './tree-paths.ts'

/** Something that is to be copied out of a tree. */
export interface Picked {
  /** In the tree. */
  readonly path: string
  /** Below the target, always with a name. */
  readonly to: string
  readonly node: TreeNode
}

const largestWalk = 2_000_000

/** What is requested with all that is below, parents first. The root is what is in it. */
export async function pick(view: TreeView, paths: readonly string[], signal: AbortSignal): Promise<Picked[]> {
  const found: Picked[] = []
  const names = new Set<string>()
  const add = (picked: Picked): void => {
    if (found.push(picked) <= largestWalk) return
    throw appError('too-many-files', { limit: largestWalk })
  }
  const take = (name: string): void => {
    if (names.has(name)) throw twice(name)
    names.add(name)
  }
  for (const path of paths) {
    const node = await requireNode(view, path)
    if (path !== '') {
      take(nameOf(path))
      add({ path, to: nameOf(path), node })
    }
    if (node.kind !== 'folder') continue
    for await (const entry of view.walk(path, signal)) {
      if (path === '' && !entry.path.includes('/')) take(entry.path)
      add(toPicked(path, entry))
    }
  }
  return found
}

function toPicked(from: string, { path, node }: TreeEntry): Picked {
  return { path: joinPath(from, path), to: joinPath(nameOf(from), path), node }
}

interface Options {
  readonly signal: AbortSignal
  readonly onBytes: (bytes: number) => void
  /** Where something is mounted, which is not in the copy. */
  readonly mounted?: ReadonlySet<string>
}

/** Copies what was picked. Ends at the first failure of this machine; what of the tree cannot be read is skipped. */
export async function copyOut(
  view: Pick<TreeView, 'open'>,
  picked: readonly Picked[],
  target: HostFolder,
  options: Options,
): Promise<CopyCount> {
  const skipped = createSkipped()
  let [files, bytes] = [0, 0]
  for (const each of picked) {
    options.signal.throwIfAborted()
    const copied = await copyOne(view, each, target, { ...options, skipped })
    if (copied === null) continue
    if (each.node.kind !== 'folder') files += 1
    bytes += copied
  }
  for (const path of options.mounted ?? []) skipped.add(path, 'mounted')
  return { files, bytes, ...skipped.list() }
}

async function copyOne(
  view: Pick<TreeView, 'open'>,
  { path, to, node }: Picked,
  target: HostFolder,
  { skipped, signal, onBytes }: Options & { readonly skipped: Skipped },
): Promise<number | null> {
  switch (node.kind) {
    case 'folder':
      await target.makeFolder(to, node.mode)
      return 0
    case 'link':
      if (leadsOut(to, node.target ?? '')) return skipped.add(path, 'leadsOut')
      await target.makeLink(to, node.target ?? '')
      return 0
    case 'file':
      return copyFile(view, { path, to, node }, target, { skipped, signal, onBytes })
    default:
      return skipped.add(path, specialWord(node.kind))
  }
}

async function copyFile(
  view: Pick<TreeView, 'open'>,
  { path, to }: Picked,
  target: HostFolder,
  { skipped, signal, onBytes }: Options & { readonly skipped: Skipped },
): Promise<number | null> {
  const file = await view.open(path).catch((error: unknown) => {
    if (error instanceof AppError && error.wire.code === 'notFound') return null
    throw error
  })
  if (file === null) return skipped.add(path, 'gone')
  try {
    let bytes = 0
    await target.makeFile(to, file.node, async (out) => {
      for await (const [at, part] of placed(readContent(file))) {
        signal.throwIfAborted()
        if (part === null) await out.truncate(at)
        else {
          await writeAt(out, part, at)
          bytes += part.length
          onBytes(part.length)
        }
      }
    })
    return bytes
  } finally {
    await file.close()
  }
}

/** Parts with their places; at the end of each hole none, so that a file which ends in one has its size. */
async function* placed(
  content: AsyncIterable<Buffer | number>,
): AsyncGenerator<readonly [at: number, part: Buffer | null]> {
  let at = 0
  for await (const part of content) {
    if (typeof part === 'number') {
      at += part
      yield [at, null]
    } else {
      yield [at, part]
      at += part.length
    }
  }
}

async function writeAt(out: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await out.write(bytes, done, bytes.length - done, at + done)
    done += bytesWritten
  }
}

function twice(name: string) {
  return appError('target-twice', { path: toShownPath(name), where: 'folder' })
}
