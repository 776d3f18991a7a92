import { createHash } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Run } from '../../base/process/run.ts'
import type { ImagePart } from '../../state/records/image-records.ts'
import type { PartMounts } from '../layers/image-mounts.ts'
import { type PlannedPart, startAfter } from './image-parts.ts'
import { pathOfDigest } from './image-source.ts'
import type { ImageTools } from './image-tools.ts'
import type { PartStore } from './part-store.ts'
import { removeTree } from './staging.ts'

export interface PartDeps {
  readonly run: Run
  readonly staging: string
  readonly tools: ImageTools
  readonly parts: Pick<PartStore, 'has' | 'path' | 'add'>
  readonly mounts: Pick<PartMounts, 'ensure'>
  /** A part as an image that is stored has it. */
  readonly known: (digest: string) => ImagePart | null
}

export interface PartsRequest {
  /** The lowest first, all held. */
  readonly planned: readonly PlannedPart[]
  /** Of the manifest in the layout. */
  readonly manifest: string
  readonly signal: AbortSignal
  /** From 0 to 1. */
  onProgress(phase: 'unpacking' | 'packing', done: number): void
}

/**
 * Makes those parts of an image that no other has, and keeps their files. Each is unpacked over the union of those below, so that
 * the kernel itself writes down what it removes and replaces of them, and comes out as if all had been unpacked at one place.
 */
export async function makeParts(deps: PartDeps, request: PartsRequest): Promise<ImagePart[]> {
  const { planned, onProgress } = request
  const made: ImagePart[] = []
  for (const [index, part] of planned.entries()) {
    const known = deps.parts.has(part.digest) ? deps.known(part.digest) : null
    const report = (phase: 'unpacking' | 'packing', done: number) => onProgress(phase, (index + done) / planned.length)
    made.push(known ?? (await makePart(deps, { ...request, part, index, below: made, report })))
  }
  return made
}

interface OnePart extends PartsRequest {
  readonly part: PlannedPart
  readonly index: number
  readonly below: readonly ImagePart[]
  readonly report: (phase: 'unpacking' | 'packing', done: number) => void
}

async function makePart(
  { run, staging, tools, parts, mounts }: PartDeps,
  { part, index, below, manifest, planned, signal, report }: OnePart,
): Promise<ImagePart> {
  report('unpacking', 0)
  const skipped = planned.slice(0, index).reduce((count, { layers }) => count + layers.length, 0)
  const reference = `part${index}`
  await nameLayers(join(staging, 'layout'), { manifest, reference, from: skipped, count: part.layers.length })
  if (below.length > 0) await Promise.all(overlayFolders(staging).map((path) => mkdir(path, { mode: 0o755 })))
  const trees = await treesOf({ mounts, parts }, below)
  await tools.unpack(reference, trees, signal)
  if (trees[0] !== undefined) await restoreRootTime(run, join(staging, 'rootfs'), trees[0])
  report('packing', 0.4)
  const file = await tools.pack({ digest: part.digest, newest: part.newest }, signal)
  await Promise.all(overlayFolders(staging).map(removeTree))
  const [start, bytes] = [startAfter(below), (await stat(file)).size]
  await parts.add(part.digest, file, start)
  return { digest: part.digest, start, bytes, layers: [...part.layers] }
}

/** The unpacker begins by making the root very old, whether its layers say anything of it or not. */
async function restoreRootTime(run: Run, root: string, below: string): Promise<void> {
  if ((await stat(root)).mtimeMs === 0) await run('touch', [`--reference=${below}`, root])
}

function overlayFolders(staging: string): string[] {
  return ['rootfs', 'union', 'overlay-work'].map((name) => join(staging, name))
}

/** Mounted, the topmost first. */
async function treesOf(
  { mounts, parts }: Pick<PartDeps, 'mounts' | 'parts'>,
  made: readonly ImagePart[],
): Promise<string[]> {
  const files = made.map(({ digest, start }) => ({ digest, start, path: parts.path(digest) }))
  return (await Promise.all(files.map((file) => mounts.ensure(file)))).reverse()
}

/** Does something with the whole image, mounted as `rootfs` in the staging folder. */
export async function withImage<T>(deps: PartDeps, made: readonly ImagePart[], work: () => Promise<T>): Promise<T> {
  const { run, staging } = deps
  const trees = await treesOf(deps, made)
  const root = join(staging, 'rootfs')
  await mkdir(root, { mode: 0o755 })
  const view =
    trees.length > 1 ? ['-t', 'overlay', '-o', `ro,lowerdir=${trees.join(':')}`, 'joey'] : ['--bind', ...trees]
  await run('mount', [...view, root], { timeoutMs: 10_000 })
  try {
    return await work()
  } finally {
    await run('umount', ['--lazy', root], { timeoutMs: 10_000 })
  }
}

interface LayerRange {
  readonly manifest: string
  readonly reference: string
  readonly from: number
  readonly count: number
}

interface Described {
  readonly layers: readonly unknown[]
  readonly config: { readonly digest: string }
}

/** Puts an image with some of the layers of another into the layout, since the unpacker takes whole images only. */
async function nameLayers(layout: string, { manifest, reference, from, count }: LayerRange): Promise<void> {
  const read = async (digest: string): Promise<unknown> =>
    JSON.parse(await readFile(join(layout, pathOfDigest(digest)), 'utf8'))
  const whole = (await read(manifest)) as Described
  const { rootfs, ...about } = (await read(whole.config.digest)) as { rootfs: { type: string; diff_ids: string[] } }
  const own = { ...about, history: [], rootfs: { ...rootfs, diff_ids: rootfs.diff_ids.slice(from, from + count) } }
  const config = { ...whole.config, ...(await writeBlob(layout, own)) }
  const written = await writeBlob(layout, { ...whole, config, layers: whole.layers.slice(from, from + count) })
  const index = join(layout, 'index.json')
  const known = JSON.parse(await readFile(index, 'utf8')) as { manifests: object[] }
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const annotations = { 'org.opencontainers.image.ref.name': reference }
  // A name stands for one manifest only.
  const others = known.manifests.filter((each) => !JSON.stringify(each).includes(`"${reference}"`))
  await writeFile(index, JSON.stringify({ ...known, manifests: [...others, { mediaType, ...written, annotations }] }))
}

async function writeBlob(layout: string, value: object): Promise<{ digest: string; size: number }> {
  const content = Buffer.from(JSON.stringify(value))
  const hex = createHash('sha256').update(content).digest('hex')
  await writeFile(join(layout, 'blobs/sha256', basename(hex)), content, { mode: 0o600 })
  return { digest: `sha256:${hex}`, size: content.length }
}
