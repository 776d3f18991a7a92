import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { appError } from '#contract/app-error'
import { run } from '../base/process/run.ts'
import { ability, type Drivers } from '../engines/driver.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import type { ImageStore } from '../storage/images/image-store.ts'
import type { ImageMounts } from '../storage/layers/image-mounts.ts'
import type { LayerStore } from '../storage/layers/layer-store.ts'
import type { LayerSource } from '../storage/layers/tree-view.ts'
import { openTreePair } from '../storage/trees/tree-pair.ts'
import { createTreeTools, openTreeView } from '../storage/trees/tree-view.ts'
import { findRecord } from './find-sandbox.ts'
import type { TreeSources, Trees } from './trees.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly folder: StateFolder
  readonly images: ImageStore
  readonly imageMounts: ImageMounts
  readonly layers: LayerStore
  readonly drivers: Drivers
  readonly findSnapshot: (ref: string) => SnapshotRecord
}

/** A guest that writes all the time needs a moment, too. */
const settleMs = 200

export function createTrees(deps: Deps): Trees {
  const { images } = deps
  const changing = [join(deps.folder.home, 'sandboxes') + sep, deps.folder.limitedMounts + sep]
  const tools = createTreeTools(run, (path) => !changing.some((folder) => path.startsWith(folder)))
  const finders: ReadonlyMap<string, (ref: string, signal: AbortSignal) => Promise<TreeSources>> = new Map([
    ['sandbox', (ref, signal) => ofSandbox(deps, ref, signal)],
    ['snapshot', (ref, signal) => ofSnapshot(deps, ref, signal)],
    ['image', (ref, signal) => ofImage(deps, images.find(ref).digest, signal)],
  ])

  return {
    async find(ref, signal) {
      const [kind = '', ...name] = ref.split(':')
      const found = finders.get(kind)
      if (found) return found(name.join(':'), signal)
      throw appError('not-a-tree', { ref })
    },
    open: ({ sources }) => openTreeView(sources, tools),
    openPair: (before, after) => openTreePair(before.sources, after.sources, tools),
  }
}

async function ofSandbox(deps: Deps, ref: string, signal: AbortSignal): Promise<TreeSources> {
  await flush(deps, findRecord(deps, ref))
  // Read again: what it stands on may have changed meanwhile.
  const sandbox = findRecord(deps, ref)
  const imageDigest = sandbox.sandbox.imageDigest
  const below = await findBelow(deps, sandbox.layers, imageDigest, signal)
  const sources = [...ownLayer(deps, sandbox), ...below.sources]
  return { ...below, sources, imageDigest, layers: sandbox.layers, sandbox, snapshot: null }
}

async function ofSnapshot(deps: Deps, ref: string, signal: AbortSignal): Promise<TreeSources> {
  const snapshot = deps.findSnapshot(ref)
  const { imageDigest } = snapshot.snapshot
  const below = await findBelow(deps, snapshot.layers, imageDigest, signal)
  return { ...below, imageDigest, layers: snapshot.layers, sandbox: null, snapshot }
}

async function ofImage(deps: LowerDeps, imageDigest: string, signal: AbortSignal): Promise<TreeSources> {
  const below = await findBelow(deps, [], imageDigest, signal)
  return { ...below, imageDigest, layers: [], sandbox: null, snapshot: null }
}

type LowerDeps = Pick<Deps, 'layers' | 'imageMounts'>

async function findBelow(
  { layers, imageMounts }: LowerDeps,
  ids: readonly string[],
  imageDigest: string,
  signal: AbortSignal,
): Promise<Pick<TreeSources, 'sources' | 'imageTrees'>> {
  const paths: string[] = []
  for (const id of ids) paths.push(await layers.ensureTree(id, signal))
  const toSource = (path: string): LayerSource => ({ kind: 'folder', path })
  const imageTrees = (await imageMounts.ensure(imageDigest)).map(toSource)
  return { sources: [...paths.map(toSource), ...imageTrees], imageTrees }
}

type OwnLayerDeps = Pick<Deps, 'records' | 'folder' | 'drivers'>

async function flush(
  { records, folder, drivers }: OwnLayerDeps,
  { sandbox: { id, class: own } }: SandboxRecord,
): Promise<void> {
  const driver = drivers.get(own)
  const flushing = driver && ability(driver, 'flushDisk')
  const isRunning = () => records.get(id)?.sandbox.state === 'running'
  if (!flushing || !isRunning()) return
  await flushing.flushDisk(id, folder.sandbox(id)).catch((error: unknown) => {
    // Once it has ended, its disk is what it is.
    if (isRunning()) throw error
  })
}

function ownLayer(deps: OwnLayerDeps, record: SandboxRecord): LayerSource[] {
  const { id, class: own } = record.sandbox
  const { upper, disk } = deps.folder.sandbox(id)
  const isImage = (deps.drivers.get(own)?.disk ?? (own === 'microvm' ? 'image' : 'directory')) === 'image'
  if (!existsSync(isImage ? disk : upper)) return []
  const settle = async () => {
    await sleep(settleMs)
    await flush(deps, record)
  }
  return [isImage ? { kind: 'disk', path: disk, settle } : { kind: 'folder', path: upper }]
}
