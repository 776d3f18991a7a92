import { appError } from '#contract/app-error'
import type { Wording } from '#contract/sentence'
import { joinPath, parentOf } from '../base/relative-path.ts'
import type { TreeView } from '../storage/layers/tree-view.ts'
import type { EditFlag, EditFrame } from './edit-protocol.ts'
import type { EditSession } from './edit-session.ts'
import { readContent } from './file-content.ts'
import type { HostSource, SourceEntry } from './host-source.ts'
import { requireFolder } from './opened-tree.ts'
import { createSkipped, type Skipped, specialWord } from './skipped.ts'
import { toShownPath } from './tree-paths.ts'

/** Where one source goes: a path in the tree, latin1. */
export interface Placed {
  readonly source: HostSource
  readonly path: string
}

/** Finds the place of each source, and refuses what would take somebody's place. Nothing has been changed. */
export async function placeSources(
  view: Pick<TreeView, 'stat'>,
  sources: readonly HostSource[],
  { target, replace }: { readonly target: string; readonly replace: boolean },
): Promise<Placed[]> {
  const there = await view.stat(target)
  const [first, ...others] = sources
  const asNamed = there?.kind !== 'folder' && others.length === 0 && first !== undefined
  if (asNamed) await requireFolder(view, parentOf(target))
  else await requireFolder(view, target)
  const placed = asNamed
    ? [{ source: first, path: target }]
    : sources.map((source) => ({ source, path: joinPath(target, source.name) }))
  const paths = new Set<string>()
  for (const { source, path } of placed) {
    if (paths.has(path)) throw twice(path)
    paths.add(path)
    const old = await view.stat(path)
    if (old === null) continue
    const fits = (old.kind === 'folder') === (source.node.kind === 'folder')
    if (!replace || !fits) throw taken(path, replace)
  }
  return placed
}

export interface CopyCount {
  readonly files: number
  readonly bytes: number
  readonly skipped: string[]
  readonly skippedWordings: Wording[]
}

/** Answers that are not waited for before more is sent. The program does one thing after the other. */
const mostPending = 64

/** Copies what was placed. Ends at the first failure; what is there by then stays, whole. */
export async function copyIn(
  session: EditSession,
  work: readonly { readonly path: string; readonly entry: SourceEntry }[],
  { replace, onBytes }: { readonly replace: boolean; readonly onBytes: (bytes: number) => void },
): Promise<CopyCount> {
  const skipped = createSkipped()
  const pending: Promise<number>[] = []
  let [files, bytes] = [0, 0]
  for (const { path, entry } of work) {
    while (pending.length >= mostPending) await pending.shift()
    const sent = await copyOne(session, path, entry, { replace, skipped, onBytes })
    if (sent === null) continue
    pending.push(sent.done)
    if (entry.node.kind !== 'folder') files += 1
    bytes += sent.bytes
  }
  for (const done of pending) await done
  return { files, bytes, ...skipped.list() }
}

interface Options {
  readonly replace: boolean
  readonly skipped: Skipped
  readonly onBytes: (bytes: number) => void
}

async function copyOne(
  session: EditSession,
  path: string,
  { reader, path: from, below, node }: SourceEntry,
  options: Options,
) {
  const { replace, skipped, onBytes } = options
  const flags: EditFlag[] = ['foldersOwner', ...(replace ? (['replace', 'merge'] as const) : [])]
  if (node.kind === 'folder') {
    // What is below the copied thing was not there: the first of it was refused otherwise.
    const merging = below === '' ? flags : [...flags, 'merge' as const]
    return { done: change(session, { op: 'folder', path, mode: node.mode & 0o1777, flags: merging }), bytes: 0 }
  }
  if (node.kind === 'link') {
    return { done: change(session, { op: 'link', path, other: node.target ?? '', flags }), bytes: 0 }
  }
  if (node.kind !== 'file') return skipped.add(path, specialWord(node.kind))
  const file = await reader.open(from)
  if (file === null) return skipped.add(path, 'gone')
  try {
    const { mode, mtimeNs } = file.node
    const frame: EditFrame = { op: 'put', path, mode: mode & 0o777, mtimeNs, flags: [...flags, 'time'] }
    let bytes = 0
    const { done } = await session.put(
      frame,
      counted(readContent(file), (count) => {
        bytes += count
        onBytes(count)
      }),
    )
    return { done, bytes }
  } finally {
    await file.close()
  }
}

/** Not awaited at once: its failure is reported when its turn comes. */
function change(session: EditSession, frame: EditFrame): Promise<number> {
  const done = session.change(frame)
  done.catch(() => undefined)
  return done
}

async function* counted(content: AsyncIterable<Buffer | number>, count: (bytes: number) => void) {
  for await (const part of content) {
    yield part
    if (typeof part !== 'number') count(part.length)
  }
}

function twice(path: string) {
  return appError('target-twice', { path: toShownPath(path), where: 'sandbox' })
}

function taken(path: string, replace: boolean) {
  return appError('file-exists', { path: toShownPath(path), how: replace ? 'otherKind' : 'replace' })
}
