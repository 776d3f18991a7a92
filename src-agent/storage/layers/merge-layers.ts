import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sentence } from '#contract/sentence'
import type { Run } from '../../base/process/run.ts'
import { attributeRecord, header } from '../tar/tar-header.ts'
import { applyChanges } from './apply-changes.ts'
import { holdCopy, restoreFolders } from './copy-tools.ts'
import { damagedLayer } from './layer-errors.ts'
import { type IndexEntry, opaqueAttribute, parseIndex } from './layer-index.ts'
import type { LayerPlaces } from './layer-places.ts'
import { readSeal, readSealedIndex } from './layer-seal.ts'
import type { LayerId, LayerWork } from './layer-store.ts'
import { type MergePart, planMerge } from './merge-plan.ts'

export interface SealedTree {
  readonly id: LayerId
  readonly places: LayerPlaces
}

/** Makes `tree` in the folder `part` of sealed layers, the topmost first. */
export async function mergeTrees(run: Run, chain: readonly SealedTree[], part: string, work: LayerWork): Promise<void> {
  const { signal, onProgress } = work
  const indexes: IndexEntry[][] = []
  for (const { id, places } of chain) indexes.push(await readEntries(id, places))
  const plan = planMerge(indexes)
  await mkdir(join(part, 'tree'), { recursive: true, mode: 0o700 })
  const archives: string[] = []
  for (const [index, { places }] of chain.entries()) {
    const own = plan.parts[index]
    if (own === undefined || own.folders.length + own.copies.length === 0) continue
    await copyPart(run, { source: places.tree, part, signal }, own)
    archives.push(join(part, `folders.${index}.tar`))
    await rename(join(part, 'folders.tar'), archives.at(-1) ?? '')
    onProgress?.((0.9 * (index + 1)) / chain.length)
  }
  if (plan.opaque.length > 0) {
    archives.push(join(part, 'folders.opaque.tar'))
    await writeFile(archives.at(-1) ?? '', packOpaque(plan.opaque))
  }
  // What one layer has put into a folder of another one has changed its times.
  for (const archive of archives) {
    await rename(archive, join(part, 'folders.tar'))
    await restoreFolders(run, part, true, signal)
  }
  await rm(join(part, 'folders.tar'), { force: true })
  onProgress?.(1)
}

async function copyPart(
  run: Run,
  { source, part, signal }: { source: string; part: string; signal: AbortSignal },
  own: MergePart,
): Promise<void> {
  const delta = join(part, 'delta')
  await mkdir(delta, { mode: 0o700 })
  const copy = await holdCopy({ source, part }, true, signal)
  try {
    await copy.go(own.copies, own.folders)
  } finally {
    await copy.dispose()
  }
  // Nothing is renewed: whatever is there is the parent of something, made on the way, and gets its attributes later.
  const changes = { ...own, folders: [], gone: [], touched: [], bytes: 0 }
  await applyChanges(part, changes, {
    isStill: true,
    restoreFolders: () => restoreFolders(run, part, true, signal),
  })
  await run('rm', ['-rf', '--', delta])
}

async function readEntries(id: LayerId, places: LayerPlaces): Promise<IndexEntry[]> {
  const seal = await readSeal(places, id)
  if (!seal?.forms.includes('tree')) throw damagedLayer(id, sentence('layer-tree-not-sealed'))
  const entries = parseIndex((await readSealedIndex(places, id, seal)).toString('latin1'))
  if (entries === null) throw damagedLayer(id, sentence('layer-index-unreadable'))
  return entries
}

/** An archive that gives folders the mark of overlayfs, and everything else of them once more. */
function packOpaque(folders: readonly IndexEntry[]): Buffer {
  const records = [attributeRecord({ name: opaqueAttribute, value: Buffer.from('y') })]
  const heads = folders.map(({ path, mode, uid, gid, mtimeNs }) =>
    header({ path, type: '5', link: '', size: 0, inode: { mode, uid, gid, modified: mtimeNs }, records }),
  )
  return Buffer.concat([...heads, Buffer.alloc(1024)])
}
