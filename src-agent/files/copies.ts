import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import { isOfJoey, isWithin, joeyFolders } from '../sandboxes/host-paths.ts'
import type { Handlers } from '../api/bind-operation.ts'
import { createPipes } from '../io/streams/pipes.ts'
import type { Progress } from '../state/tasks.ts'
import type { TimeGround } from '../time-ground.ts'
import { copyIn, placeSources } from './copy-in.ts'
import { copyOut, pick } from './copy-out.ts'
import { openHostFolder } from '../base/host-path/host-folder.ts'
import { type HostSource, listSource, openHostSource, type SourceEntry } from './host-source.ts'
import { requireOffMounts } from './mounted-places.ts'
import { editSandbox } from './open-edit.ts'
import { withTree } from './opened-tree.ts'
import { requireWritable } from './require-writable.ts'
import { joinPath, toShownPath, toTreePath } from './tree-paths.ts'

/** Copies files between trees and this machine, as tasks. */
export function createCopies(ground: TimeGround, onChanged: () => void): Pick<Handlers, 'putFiles' | 'getFiles'> {
  const { context, tasks } = ground
  const deps = { context, pipes: createPipes() }
  const ownFolders = joeyFolders(context.folder)

  return {
    async putFiles({ tree, sources, target, replace, task }, signal) {
      const record = requireWritable(ground, tree)
      const at = toTreePath(target)
      const subject = `${record.sandbox.name}:${toShownPath(at)}`
      return tasks.run({ id: task, kind: 'files.put', subject, signal }, (cancel, onProgress) =>
        withSources(sources, ownFolders, async (opened) => {
          const placed = await withTree(ground, tree, cancel, (view) =>
            placeSources(view, opened, { target: at, replace }),
          )
          for (const { path } of placed) requireOffMounts(record, path)
          const work: { path: string; entry: SourceEntry }[] = []
          for (const { source, path } of placed) {
            for (const entry of await listSource(source, cancel))
              work.push({ path: joinPath(path, entry.below), entry })
          }
          const onBytes = countUp(
            work.map(({ entry }) => entry.node),
            onProgress,
          )
          try {
            return await editSandbox(deps, record, cancel, (session) => copyIn(session, work, { replace, onBytes }))
          } finally {
            onChanged()
          }
        }),
      )
    },

    async getFiles({ tree, paths, target, replace, task }, signal) {
      const wanted = paths.map(toTreePath)
      return tasks.run({ id: task, kind: 'files.get', subject: target, signal }, (cancel, onProgress) =>
        withTree(ground, tree, cancel, async (view) => {
          const picked = await pick(view, wanted, cancel)
          await requireForeign(
            target,
            picked.map(({ to }) => to),
            ownFolders,
          )
          const folder = await openHostFolder(target, { replace })
          try {
            const onBytes = countUp(
              picked.map(({ node }) => node),
              onProgress,
            )
            return await copyOut(view, picked, folder, { signal: cancel, onBytes })
          } finally {
            await folder.close()
          }
        }),
      )
    },
  }
}

async function withSources<T>(
  paths: readonly string[],
  ownFolders: readonly string[],
  work: (sources: readonly HostSource[]) => Promise<T>,
): Promise<T> {
  const opened: HostSource[] = []
  try {
    for (const path of paths) opened.push(await openHostSource(path, ownFolders))
    return await work(opened)
  } finally {
    for (const { reader } of opened) await reader.close()
  }
}

/** Nothing is written to the agent's own folders. */
async function requireForeign(target: string, names: readonly string[], ownFolders: readonly string[]): Promise<void> {
  const path = await realpath(target).catch(() => target)
  const tops = new Set(names.filter((name) => !name.includes('/')))
  const isOwn =
    ownFolders.some((folder) => isWithin(path, folder)) ||
    [...tops].some((name) => isOfJoey(join(path, Buffer.from(name, 'latin1').toString('utf8')), ownFolders))
  if (!isOwn) return
  const message = `${target} is not written to: what would be written belongs to Joey itself.`
  throw appError('refused', 'target-of-joey', message, { params: { path: target } })
}

/** Progress by bytes of content, as far as they are known beforehand. */
function countUp(
  nodes: readonly { readonly kind: string; readonly size: number }[],
  onProgress: Progress,
): (bytes: number) => void {
  const total = nodes.reduce((sum, { kind, size }) => (kind === 'file' ? sum + size : sum), 0)
  let done = 0
  onProgress('working', 0)
  return (bytes) => {
    done += bytes
    onProgress('working', total === 0 ? null : Math.min(1, done / total))
  }
}
