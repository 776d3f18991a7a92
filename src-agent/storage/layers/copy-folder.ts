import { lstat, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from '../../base/process/run.ts'
import { applyChanges } from './apply-changes.ts'
import { type Changes, findChanges } from './copy-changes.ts'
import { type CopyPlaces, copyWhole, type HeldCopy, holdCopy, restoreFolders } from './copy-tools.ts'
import { requireSpace } from './layer-disks.ts'
import { removeTree, syncFileSystem } from './layer-places.ts'
import type { LayerWork } from './layer-store.ts'
import { holdListing, type Listing, listTree } from './list-tree.ts'

export interface CopyRequest extends CopyPlaces, LayerWork {
  /** Runs its work while nothing writes to the source. */
  readonly freeze: (work: () => Promise<void>) => Promise<void>
}

/** What a copying began with. */
interface Start {
  readonly before: Listing
  readonly sinceNs: bigint
}

/** Less than this is copied while the guest is paused; more is copied once more while it runs. */
const little = { bytes: 4 * 2 ** 20, entries: 100 }
const mostRounds = 4
/** The kernel's clock for files has steps of some milliseconds; a file system may keep seconds only. */
const [fineMarginMs, coarseMarginMs] = [100, 1_100]

/**
 * Copies a folder that is being written to. First all of it, then what has changed meanwhile, as often as that is much, at
 * last, within `freeze`, the rest. What was copied then is put in its place after the guest goes on.
 */
export async function copyFolder(run: Run, request: CopyRequest): Promise<void> {
  const { signal, onProgress, freeze, source, part } = request
  let start = await beginCopy(run, request)
  await requireSpace(part, start.bytes)
  await copyWhole(run, request, signal)
  onProgress?.(0.7)
  for (let round = 1; round < mostRounds; round += 1) {
    const { entries: have } = await listTree(join(part, 'tree'), signal)
    const { entries: now } = await listTree(source, signal)
    const changes = findChanges({ ...start, now, have })
    if (isLittle(changes)) break
    // What changed just now counts as changed again and again until it is older than a step of the clock.
    await sleep(start.marginMs, undefined, { signal })
    const next = await beginCopy(run, request)
    await copyRound(run, request, { start, now: next.before, have })
    start = next
    onProgress?.(0.7 + round * 0.05)
  }
  await copyLast(run, request, start, freeze)
  onProgress?.(1)
}

function isLittle({ bytes, copies, links, folders }: Changes): boolean {
  return bytes <= little.bytes && copies.length + links.length + folders.length <= little.entries
}

/**
 * The order matters: the time, then everything to the medium, then the listing, then the copying. A page that is mapped and was
 * written to counts as clean afterwards, so that the next writing to it, seen by no call, changes the file's time.
 */
async function beginCopy(
  run: Run,
  { source, part, signal }: CopyRequest,
): Promise<Start & { readonly marginMs: number; readonly bytes: number }> {
  const clock = join(part, 'clock')
  await rm(clock, { force: true })
  await writeFile(clock, '')
  const { ctimeNs } = await lstat(clock, { bigint: true })
  const marginMs = ctimeNs % 1_000_000_000n === 0n ? coarseMarginMs : fineMarginMs
  await syncFileSystem(run, part)
  const { entries, bytes } = await listTree(source, signal)
  return { before: entries, sinceNs: ctimeNs - BigInt(marginMs) * 1_000_000n, marginMs, bytes }
}

/** Once more while the guest writes: what cannot be copied now is found missing later. */
async function copyRound(
  run: Run,
  request: CopyRequest,
  { start, now, have }: { start: Start; now: Listing; have: Listing },
): Promise<void> {
  const { part, signal } = request
  const changes = findChanges({ ...start, now, have })
  const copy = await makeReady(run, request, false)
  try {
    await copy.go(changes.copies, [...changes.folders, ...changes.touched])
  } finally {
    await copy.dispose()
  }
  await applyChanges(part, changes, { isStill: false, restoreFolders: () => restoreFolders(run, part, false, signal) })
  await clear(run, part)
}

async function copyLast(run: Run, request: CopyRequest, start: Start, freeze: CopyRequest['freeze']): Promise<void> {
  const { part, source, signal } = request
  const { entries: have } = await listTree(join(part, 'tree'), signal)
  const copy = await makeReady(run, request, true)
  const listing = await holdListing(source, true, signal)
  let changes: Changes | null = null
  try {
    await freeze(async () => {
      const { entries: now } = await listing.go()
      const found = findChanges({ ...start, now, have })
      await copy.go(found.copies, [...found.folders, ...found.touched])
      changes = found
    })
  } finally {
    await Promise.all([copy.dispose(), listing.dispose()])
  }
  if (changes === null) throw new Error('Nothing was done while the guest was paused.')
  await applyChanges(part, changes, { isStill: true, restoreFolders: () => restoreFolders(run, part, true, signal) })
  await clear(run, part)
  await rm(join(part, 'clock'))
}

async function makeReady(run: Run, { source, part, signal }: CopyRequest, isStill: boolean): Promise<HeldCopy> {
  await clear(run, part)
  await mkdir(join(part, 'delta'), { mode: 0o700 })
  return holdCopy({ source, part }, isStill, signal)
}

async function clear(run: Run, part: string): Promise<void> {
  await removeTree(run, join(part, 'delta'))
  await rm(join(part, 'folders.tar'), { force: true })
}
