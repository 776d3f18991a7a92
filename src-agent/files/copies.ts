import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { KeyedLock } from '../base/async/locks.ts'
import { defineHandlers } from '../base/handlers.ts'
import { openHostFolder } from '../base/host-path/host-folder.ts'
import type { HostPath } from '../base/host-path/open-host-path.ts'
import { openOnHost } from '../base/host-path/open-on-host.ts'
import { joinPath } from '../base/relative-path.ts'
import type { Drivers } from '../engines/driver.ts'
import { createPipes } from '../io/streams/pipes.ts'
import { type HostRules, hostRules, isOfJoey, isWithin } from '../sandboxes/host-paths.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import type { Trees } from '../sandboxes/trees.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecords } from '../state/records/sandbox-records.ts'
import type { SnapshotStore } from '../state/records/snapshot-records.ts'
import type { Progress, Tasks } from '../state/tasks.ts'
import type { ImageMounts } from '../storage/layers/image-mounts.ts'
import type { LayerStore } from '../storage/layers/layer-store.ts'
import type { LimitedDisks } from '../storage/limited/limited-disks.ts'
import { copyIn, placeSources } from './copy-in.ts'
import { copyOut, pick } from './copy-out.ts'
import { followLinks } from './follow-links.ts'
import { type HostSource, listSource, openHostSource, type SourceEntry } from './host-source.ts'
import { mountsWithin, requireOffMounts, requireOwnFiles } from './mounted-places.ts'
import { editSandbox } from './open-edit.ts'
import { withTree } from './opened-tree.ts'
import { requireWritable, sandboxOf } from './require-writable.ts'
import { toShownPath, toTreePath } from './tree-paths.ts'

export interface CopiesDeps {
  readonly records: SandboxRecords
  readonly folder: StateFolder
  readonly imageMounts: ImageMounts
  readonly layers: LayerStore
  readonly limitedDisks: LimitedDisks
  readonly snapshotRecords: SnapshotStore
  readonly lock: KeyedLock
  readonly drivers: Drivers
  readonly sandboxes: Pick<SandboxService, 'find'>
  readonly tasks: Tasks
  readonly trees: Trees
}

/** Copies files between trees and this machine, as tasks. */
export function createCopies(deps: CopiesDeps, onChanged: () => void) {
  const { tasks } = deps
  const editing = { ...deps, pipes: createPipes() }

  return defineHandlers({
    async putFiles({ tree, sources, target, replace, task }, signal) {
      const record = requireWritable(deps, tree)
      const at = toTreePath(target)
      const subject = `${record.sandbox.name}:${toShownPath(at)}`
      return tasks.run({ id: task, kind: 'files.put', subject, signal }, (cancel, onProgress) =>
        withSources(sources, hostRules(deps), async (opened) => {
          const placed = await withTree(deps, tree, cancel, async (view) =>
            placeSources(view, opened, { target: await followLinks(view, at), replace }),
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
            return await editSandbox(editing, record, cancel, (session) => copyIn(session, work, { replace, onBytes }))
          } finally {
            onChanged()
          }
        }),
      )
    },

    async getFiles({ tree, paths, target, replace, task }, signal) {
      const wanted = paths.map(toTreePath)
      const record = sandboxOf(deps, tree)
      if (record !== null) for (const path of wanted) requireOwnFiles(record, path)
      const mounted = new Set(record === null ? [] : wanted.flatMap((path) => mountsWithin(record, path)))
      return tasks.run({ id: task, kind: 'files.get', subject: target, signal }, (cancel, onProgress) =>
        withTree(deps, tree, cancel, async (view) => {
          const found = await pick(view, wanted, cancel)
          // The empty file on which another is mounted is not what the sandbox sees there.
          const picked = found.filter(({ path, node }) => node.kind !== 'file' || !mounted.has(path))
          const names = picked.map(({ to }) => to)
          const folder = await openTarget(target, names, hostRules(deps), replace)
          try {
            const onBytes = countUp(
              picked.map(({ node }) => node),
              onProgress,
            )
            return await copyOut(view, picked, folder, { signal: cancel, onBytes, mounted })
          } finally {
            await folder.close()
          }
        }),
      )
    },
  })
}

async function withSources<T>(
  paths: readonly string[],
  rules: HostRules,
  work: (sources: readonly HostSource[]) => Promise<T>,
): Promise<T> {
  const opened: HostSource[] = []
  try {
    for (const path of paths) opened.push(await openHostSource(path, rules))
    return await work(opened)
  } finally {
    for (const { reader } of opened) await reader.close()
  }
}

/** The folder that was walked to is the one that is written to. */
export async function openTarget(target: string, names: readonly string[], rules: HostRules, replace: boolean) {
  const held = await openOnHost(target, rules.untrusted, (cause) =>
    appError('target-not-found', { path: target }, { cause }),
  )
  try {
    requireForeign(held, target, names, rules.joey)
    return await openHostFolder(held, { replace })
  } finally {
    await held.close()
  }
}

/** Nothing is written to the agent's own folders. */
function requireForeign({ path }: HostPath, target: string, names: readonly string[], joey: readonly string[]): void {
  const tops = new Set(names.filter((name) => !name.includes('/')))
  const isOwn =
    joey.some((folder) => isWithin(path, folder)) ||
    [...tops].some((name) => isOfJoey(join(path, Buffer.from(name, 'latin1').toString('utf8')), joey))
  if (isOwn) throw appError('target-of-joey', { path: target })
}

/** Progress by bytes of content, as far as they are known beforehand. */
export function countUp(
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
