import type { FileHandle } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type * as z from 'zod'
import { appError } from '#contract/app-error'
import type { getArchive, putArchive } from '#contract/files'
import { defineHandlers } from '../base/handlers.ts'
import { openOnHost } from '../base/host-path/open-on-host.ts'
import { nameOf } from '../base/relative-path.ts'
import { createPipes } from '../io/streams/pipes.ts'
import { type HostRules, hostRules, isOfJoey } from '../sandboxes/host-paths.ts'
import { type CopiesDeps, countUp, openTarget } from './copies.ts'
import { type Picked, pick } from './copy-out.ts'
import { followLinks } from './follow-links.ts'
import { mountsWithin, requireOffMounts, requireOwnFiles } from './mounted-places.ts'
import { type EditDeps, editSandbox } from './open-edit.ts'
import { requireFolder, withTree } from './opened-tree.ts'
import { type Archive, archiveOf, checkArchive, unpackArchive } from './read-archive.ts'
import { requireWritable, sandboxOf } from './require-writable.ts'
import { toShownPath, toTreePath } from './tree-paths.ts'
import { writeArchive } from './write-archive.ts'

type PutRequest = z.output<(typeof putArchive)['request']>
type GetRequest = z.output<(typeof getArchive)['request']>

/** Copies between trees and tar files of this machine, with owners and modes as they are inside; as tasks. */
export function createArchiveCopies(deps: CopiesDeps, onChanged: () => void) {
  const editing = { ...deps, pipes: createPipes() }
  return defineHandlers({
    putArchive: (request, signal) => put(editing, request, signal).finally(onChanged),
    getArchive: (request, signal) => get(deps, request, signal),
  })
}

async function put(deps: CopiesDeps & EditDeps, { tree, source, target, task }: PutRequest, signal: AbortSignal) {
  const record = requireWritable(deps, tree)
  const at = toTreePath(target)
  const subject = `${record.sandbox.name}:${toShownPath(at)}`
  return deps.tasks.run({ id: task, kind: 'files.put', subject, signal }, (cancel, onProgress) =>
    withSource(source, hostRules(deps), async (archive) => {
      const [folder, checked] = await Promise.all([
        withTree(deps, tree, cancel, async (view) => {
          const found = await followLinks(view, at)
          await requireFolder(view, found)
          return found
        }),
        checkArchive(archive, cancel),
      ])
      requireOffMounts(record, folder)
      const onRead = (position: number) => onProgress('working', Math.min(1, position / Math.max(1, archive.size)))
      const options = { target: folder, checked, signal: cancel, onRead }
      return editSandbox(deps, record, cancel, (session) => unpackArchive(session, archive, options))
    }),
  )
}

async function withSource<T>(path: string, rules: HostRules, work: (archive: Archive) => Promise<T>): Promise<T> {
  const missing = () => appError('source-not-found', { path })
  const held = await openOnHost(path, rules.untrusted, missing)
  try {
    if (!held.stats.isFile()) throw missing()
    if (isOfJoey(held.path, rules.joey)) throw appError('source-of-joey', { path })
    return await work(archiveOf(held))
  } finally {
    await held.close()
  }
}

async function get(deps: CopiesDeps, { tree, path, content, output, task }: GetRequest, signal: AbortSignal) {
  const wanted = toTreePath(path)
  const record = sandboxOf(deps, tree)
  if (record !== null) requireOwnFiles(record, wanted)
  const mounted = new Set(record === null ? [] : mountsWithin(record, wanted))
  return deps.tasks.run({ id: task, kind: 'files.get', subject: output, signal }, (cancel, onProgress) =>
    withTree(deps, tree, cancel, async (view) => {
      if (content) await requireFolder(view, wanted)
      const found = await pick(view, [wanted], cancel)
      const own = content ? withoutTop(found, nameOf(wanted)) : found
      const picked = own.filter(({ path: each, node }) => node.kind !== 'file' || !mounted.has(each))
      const nodes = picked.map(({ node }) => node)
      const options = { signal: cancel, onBytes: countUp(nodes, onProgress), mounted }
      return writeNew(output, hostRules(deps), (write) => writeArchive(view, picked, write, options))
    }),
  )
}

/** A new file of this machine: it is there whole, or not at all. */
async function writeNew<T>(
  path: string,
  rules: HostRules,
  work: (write: (bytes: Buffer) => Promise<void>) => Promise<T>,
): Promise<T> {
  const name = Buffer.from(basename(path)).toString('latin1')
  const folder = await openTarget(dirname(path), [name], rules, false)
  try {
    const made: T[] = []
    const mtimeNs = BigInt(Date.now()) * 1_000_000n
    await folder.makeFile(name, { mode: 0o600, mtimeNs }, async (file) => {
      made.push(await work((bytes) => append(file, bytes)))
    })
    return made[0] as T
  } finally {
    await folder.close()
  }
}

/** What is in a folder, by names that begin there. */
function withoutTop(picked: readonly Picked[], top: string): Picked[] {
  if (top === '') return [...picked]
  return picked.flatMap((each) => (each.to === top ? [] : [{ ...each, to: each.to.slice(top.length + 1) }]))
}

async function append(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten
}
