import type { FileHandle } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { appError } from '#contract/app-error'
import { defineHandlers } from '../base/handlers.ts'
import { openOnHost } from '../base/host-path/open-on-host.ts'
import { nameOf } from '../base/relative-path.ts'
import { createPipes } from '../io/streams/pipes.ts'
import { hostRules, isOfJoey } from '../sandboxes/host-paths.ts'
import { type CopiesDeps, countUp, openTarget } from './copies.ts'
import type { CopyCount } from './copy-in.ts'
import { type Picked, pick } from './copy-out.ts'
import { followLinks } from './follow-links.ts'
import { mountsWithin, requireOffMounts, requireOwnFiles } from './mounted-places.ts'
import { editSandbox } from './open-edit.ts'
import { requireFolder, withTree } from './opened-tree.ts'
import { archiveOf, checkArchive, unpackArchive } from './read-archive.ts'
import { requireWritable, sandboxOf } from './require-writable.ts'
import { toShownPath, toTreePath } from './tree-paths.ts'
import { writeArchive } from './write-archive.ts'

/** Copies between trees and tar files of this machine, with owners and modes as they are inside; as tasks. */
export function createArchiveCopies(deps: CopiesDeps, onChanged: () => void) {
  const { tasks } = deps
  const editing = { ...deps, pipes: createPipes() }
  return defineHandlers({
    async putArchive({ tree, source, target, task }, signal) {
      const record = requireWritable(deps, tree)
      const at = toTreePath(target)
      const subject = `${record.sandbox.name}:${toShownPath(at)}`
      const rules = hostRules(deps)
      return tasks.run({ id: task, kind: 'files.put', subject, signal }, async (cancel, onProgress) => {
        const missing = () => appError('source-not-found', { path: source })
        const held = await openOnHost(source, rules.untrusted, missing)
        try {
          if (!held.stats.isFile()) throw missing()
          if (isOfJoey(held.path, rules.joey)) throw appError('source-of-joey', { path: source })
          const archive = archiveOf(held)
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
          return await editSandbox(editing, record, cancel, (session) => unpackArchive(session, archive, options))
        } finally {
          await held.close()
          onChanged()
        }
      })
    },

    async getArchive({ tree, path, content, output, task }, signal) {
      const wanted = toTreePath(path)
      const record = sandboxOf(deps, tree)
      if (record !== null) requireOwnFiles(record, wanted)
      const mounted = new Set(record === null ? [] : mountsWithin(record, wanted))
      return tasks.run({ id: task, kind: 'files.get', subject: output, signal }, (cancel, onProgress) =>
        withTree(deps, tree, cancel, async (view) => {
          if (content) await requireFolder(view, wanted)
          const found = await pick(view, [wanted], cancel)
          const own = content ? withoutTop(found, nameOf(wanted)) : found
          const picked = own.filter(({ path: each, node }) => node.kind !== 'file' || !mounted.has(each))
          const name = Buffer.from(basename(output)).toString('latin1')
          const folder = await openTarget(dirname(output), [name], hostRules(deps), false)
          try {
            const nodes = picked.map(({ node }) => node)
            const options = { signal: cancel, onBytes: countUp(nodes, onProgress), mounted }
            let counted: CopyCount = { files: 0, bytes: 0, skipped: [], skippedWordings: [] }
            const mtimeNs = BigInt(Date.now()) * 1_000_000n
            await folder.makeFile(name, { mode: 0o600, mtimeNs }, async (file) => {
              counted = await writeArchive(view, picked, (bytes) => append(file, bytes), options)
            })
            return counted
          } finally {
            await folder.close()
          }
        }),
      )
    },
  })
}

/** What is in a folder, by names that begin there. */
function withoutTop(picked: readonly Picked[], top: string): Picked[] {
  if (top === '') return [...picked]
  return picked.flatMap((each) => (each.to === top ? [] : [{ ...each, to: each.to.slice(top.length + 1) }]))
}

async function append(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten
}
