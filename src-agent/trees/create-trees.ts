import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { appError } from '#contract/app-error'
import { ability } from '../engines/driver.ts'
import type { LayerStore } from '../storage/layers/layer-store.ts'
import type { LayerSource } from '../storage/layers/tree-view.ts'
import { type Run, run as runProgram } from '../base/process/run.ts'
import type { SandboxContext } from '../sandboxes/context.ts'
import { findRecord } from '../sandboxes/find-sandbox.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import type { SnapshotRecord, SnapshotRecords } from '../state/records/snapshot-records.ts'
import { openTreePair } from '../storage/trees/tree-pair.ts'
import { createTreeTools, openTreeView } from '../storage/trees/tree-view.ts'
import type { TreeSources, Trees } from '../sandboxes/trees.ts'

interface Deps {
  readonly context: Pick<SandboxContext, 'records' | 'folder' | 'images' | 'imageMounts' | 'drivers'>
  readonly layers: Pick<LayerStore, 'ensureTree'>
  readonly snapshotRecords: SnapshotRecords
  readonly findSnapshot: (ref: string) => SnapshotRecord
  readonly run?: Run
}

/** A guest that writes all the time needs a moment, too. */
const settleMs = 200

export function createTrees({ context, layers, findSnapshot, run = runProgram }: Deps): Trees {
  const { folder, images, imageMounts, drivers } = context
  const changing = join(folder.home, 'sandboxes') + sep
  const tools = createTreeTools(run, (path) => !path.startsWith(changing))

  const flush = async ({ sandbox: { id, class: own } }: SandboxRecord): Promise<void> => {
    const driver = drivers.get(own)
    const flushing = driver && ability(driver, 'flushDisk')
    const isRunning = () => context.records.get(id)?.sandbox.state === 'running'
    if (!flushing || !isRunning()) return
    await flushing.flushDisk(id, folder.sandbox(id)).catch((error: unknown) => {
      // Once it has ended, its disk is what it is.
      if (isRunning()) throw error
    })
  }
  const ownLayer = (record: SandboxRecord): LayerSource[] => {
    const { id, class: own } = record.sandbox
    const { upper, disk } = folder.sandbox(id)
    const isImage = (drivers.get(own)?.disk ?? (own === 'microvm' ? 'image' : 'directory')) === 'image'
    if (!existsSync(isImage ? disk : upper)) return []
    const settle = async () => {
      await sleep(settleMs)
      await flush(record)
    }
    return [isImage ? { kind: 'disk', path: disk, settle } : { kind: 'folder', path: upper }]
  }
  const below = async (ids: readonly string[], digest: string, signal: AbortSignal): Promise<LayerSource[]> => {
    const paths: string[] = []
    for (const id of ids) paths.push(await layers.ensureTree(id, signal))
    return [...paths, await imageMounts.ensure(digest)].map((path) => ({ kind: 'folder', path }))
  }
  const ofSandbox = async (ref: string, signal: AbortSignal): Promise<TreeSources> => {
    await flush(findRecord(context, ref))
    // Read again: what it stands on may have changed meanwhile.
    const sandbox = findRecord(context, ref)
    const imageDigest = sandbox.sandbox.imageDigest
    const sources = [...ownLayer(sandbox), ...(await below(sandbox.layers, imageDigest, signal))]
    return { sources, imageDigest, layers: sandbox.layers, sandbox, snapshot: null }
  }
  const ofSnapshot = async (ref: string, signal: AbortSignal): Promise<TreeSources> => {
    const snapshot = findSnapshot(ref)
    const { imageDigest } = snapshot.snapshot
    const sources = await below(snapshot.layers, imageDigest, signal)
    return { sources, imageDigest, layers: snapshot.layers, sandbox: null, snapshot }
  }
  const ofImage = async (ref: string, signal: AbortSignal): Promise<TreeSources> => {
    const { digest } = images.find(ref)
    return { sources: await below([], digest, signal), imageDigest: digest, layers: [], sandbox: null, snapshot: null }
  }
  const finders: ReadonlyMap<string, (ref: string, signal: AbortSignal) => Promise<TreeSources>> = new Map([
    ['sandbox', ofSandbox],
    ['snapshot', ofSnapshot],
    ['image', ofImage],
  ])

  return {
    async find(ref, signal) {
      const [kind = '', ...name] = ref.split(':')
      const found = finders.get(kind)
      if (found) return found(name.join(':'), signal)
      throw appError('invalidRequest', 'not-a-tree', `"${ref}" is not the name of a tree of files.`, {
        params: { ref },
      })
    },
    open: ({ sources }) => openTreeView(sources, tools),
    openPair: (before, after) => openTreePair(before.sources, after.sources, tools),
  }
}
