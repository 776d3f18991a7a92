import { AppError } from '#contract/app-error'
import type { FileKind } from '#contract/files'
import { joinPath, parentOf } from '../../base/relative-path.ts'
import type { TreeEntry, TreeFile, TreeNode, TreeView } from '../../storage/layers/tree-view.ts'

/** A file by its content, a folder as null, anything else by what it has. */
export type Thing =
  | string
  | Buffer
  | null
  | (Partial<TreeNode> & { readonly kind: FileKind; readonly content?: string })

/** A tree in memory, by latin1 paths; folders on the way need not be named. */
export function memoryTree(things: Readonly<Record<string, Thing>>): TreeView {
  const all = new Map<string, { node: TreeNode; content: Buffer }>()
  const add = (path: string, thing: Thing): void => {
    if (path !== '' && !all.has(parentOf(path))) add(parentOf(path), null)
    all.set(path, describe(path, thing))
  }
  add('', null)
  for (const [path, thing] of Object.entries(things)) add(path, thing)
  const listOf = (path: string): TreeEntry[] =>
    [...all]
      .filter(([each]) => each !== '' && parentOf(each) === path)
      .map(([each, { node }]) => ({ path: each.slice(path === '' ? 0 : path.length + 1), node }))
      .sort((one, other) => (one.path < other.path ? -1 : 1))
  async function* walk(top: string, below: string, signal: AbortSignal): AsyncGenerator<TreeEntry> {
    for (const { path, node } of listOf(joinPath(top, below))) {
      signal.throwIfAborted()
      const whole = joinPath(below, path)
      yield { path: whole, node }
      if (node.kind === 'folder') yield* walk(top, whole, signal)
    }
  }
  return {
    stat: async (path) => all.get(path)?.node ?? null,
    list: async (path) => listOf(path),
    walk: (path, signal) => walk(path, '', signal),
    open: async (path) => {
      const found = all.get(path)
      if (found?.node.kind === 'file') return openContent(found)
      throw new AppError({ code: 'notFound', reason: 'file-not-found', message: `There is no file at /${path}.` })
    },
    attributes: async () => [],
    close: async () => undefined,
  }
}

function openContent({ node, content }: { node: TreeNode; content: Buffer }): TreeFile {
  return {
    node,
    read: async (offset, length) => content.subarray(offset, offset + length),
    parts: async () => (content.length === 0 ? [] : [{ start: 0, length: content.length }]),
    close: async () => undefined,
  }
}

function describe(path: string, thing: Thing): { node: TreeNode; content: Buffer } {
  const given = thing === null ? { kind: 'folder' as const } : isContent(thing) ? { kind: 'file' as const } : thing
  const content = isContent(thing) ? Buffer.from(thing) : Buffer.from((given as { content?: string }).content ?? '')
  const { content: _, ...facts } = given as Partial<TreeNode> & { content?: string }
  const node: TreeNode = {
    kind: 'file',
    size: content.length,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtimeNs: 0n,
    major: 0,
    minor: 0,
    links: 1,
    identity: path,
    target: null,
    source: 0,
    ...facts,
  }
  return { node, content }
}

function isContent(thing: Thing): thing is string | Buffer {
  return typeof thing === 'string' || Buffer.isBuffer(thing)
}
