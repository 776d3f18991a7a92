import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { appError } from '#contract/app-error'
import { isOfJoey } from '../sandboxes/host-paths.ts'
import { openFolderReader } from '../storage/trees/folder-reader.ts'
import type { LayerReader, RawNode } from '../storage/trees/layer-reader.ts'
import { joinPath } from './tree-paths.ts'

/** Something of this machine that is to be copied. Paths are latin1. */
export interface SourceEntry {
  readonly reader: LayerReader
  /** In the reader. */
  readonly path: string
  /** From the copied thing itself on; empty for that. */
  readonly below: string
  readonly node: RawNode
}

/** A file or folder of this machine, held open so that nobody swaps it with a link meanwhile. The caller closes the reader. */
export interface HostSource {
  readonly name: string
  readonly reader: LayerReader
  readonly node: RawNode
}

const largestWalk = 2_000_000

/** Refuses what holds the agent's own state, and what is not there. */
export async function openHostSource(path: string, joeyFolders: readonly string[]): Promise<HostSource> {
  const missing = () => {
    const message = `There is nothing at ${path} on this machine.`
    return appError('notFound', 'source-not-found', message, { params: { path } })
  }
  const folder = await realpath(dirname(path)).catch(() => {
    throw missing()
  })
  const name = basename(path)
  // "/" has no name; what ends in dots is another folder than it looks.
  if (name === '' || name === '.' || name === '..') {
    throw appError('invalidRequest', 'source-without-name', `Choose a file or a folder by its name: not ${path}.`)
  }
  if (isOfJoey(join(folder, name), joeyFolders)) {
    const message = `${path} is not copied: it holds the state or the socket of Joey itself.`
    throw appError('refused', 'source-of-joey', message, { params: { path } })
  }
  const latin1 = Buffer.from(name).toString('latin1')
  const reader = openFolderReader(folder, { isOpaque: () => false, read: async () => [] })
  const node = await reader.stat(latin1)
  if (node !== null) return { name: latin1, reader, node }
  await reader.close()
  throw missing()
}

/** The thing and all that is below it, parents first. No link is followed. */
export async function listSource({ reader, name, node }: HostSource, signal: AbortSignal): Promise<SourceEntry[]> {
  const found: SourceEntry[] = []
  const left: SourceEntry[] = [{ reader, path: name, below: '', node }]
  for (let entry = left.pop(); entry !== undefined; entry = left.pop()) {
    signal.throwIfAborted()
    found.push(entry)
    if (found.length > largestWalk) {
      throw appError('tooLarge', 'too-many-files', `There are more than ${largestWalk} files. Copy them in parts.`)
    }
    if (entry.node.kind !== 'folder') continue
    const { path, below } = entry
    const inside = await reader.list(path, () => false)
    for (const [each, inner] of inside.toReversed()) {
      left.push({ reader, path: joinPath(path, each), below: joinPath(below, each), node: inner })
    }
  }
  return found
}
