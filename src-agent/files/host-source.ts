import { basename, dirname, join } from 'node:path'
import { appError } from '#contract/app-error'
import { openOnHost } from '../base/host-path/open-on-host.ts'
import { joinPath } from '../base/relative-path.ts'
import { type HostRules, isOfJoey } from '../sandboxes/host-paths.ts'
import { openFolderReader } from '../storage/trees/folder-reader.ts'
import type { LayerReader, RawNode } from '../storage/trees/layer-reader.ts'

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
export async function openHostSource(path: string, rules: HostRules): Promise<HostSource> {
  const missing = () => appError('source-not-found', { path })
  const name = basename(path)
  // "/" has no name; what ends in dots is another folder than it looks.
  if (name === '' || name === '.' || name === '..') {
    throw appError('source-without-name', { path })
  }
  const latin1 = Buffer.from(name).toString('latin1')
  const reader = await openReader(dirname(path), name, rules, missing)
  const node = await reader.stat(latin1)
  if (node !== null) return { name: latin1, reader, node }
  await reader.close()
  throw missing()
}

/** The folder that was walked to is the one that is read. */
async function openReader(
  path: string,
  name: string,
  { joey, untrusted }: HostRules,
  missing: () => Error,
): Promise<LayerReader> {
  const folder = await openOnHost(path, untrusted, missing)
  try {
    if (isOfJoey(join(folder.path, name), joey)) throw appError('source-of-joey', { path: join(path, name) })
    if (!folder.stats.isDirectory()) throw missing()
    return openFolderReader(`/proc/self/fd/${folder.handle.fd}`, { isOpaque: () => false, read: async () => [] })
  } finally {
    await folder.close()
  }
}

/** The thing and all that is below it, parents first. No link is followed. */
export async function listSource({ reader, name, node }: HostSource, signal: AbortSignal): Promise<SourceEntry[]> {
  const found: SourceEntry[] = []
  const left: SourceEntry[] = [{ reader, path: name, below: '', node }]
  for (let entry = left.pop(); entry !== undefined; entry = left.pop()) {
    signal.throwIfAborted()
    found.push(entry)
    if (found.length > largestWalk) {
      throw appError('too-many-files', { limit: largestWalk })
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
