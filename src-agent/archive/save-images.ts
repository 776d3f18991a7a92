import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type * as z from 'zod'
import type { saveImages } from '#contract/archive'
import type { Image } from '#contract/image'
import { SandboxSpec } from '#contract/sandbox'
import { removeFolder } from '../base/process/remove-folder.ts'
import { hostRules } from '../sandboxes/host-paths.ts'
import { withTag } from '../storage/images/image-names.ts'
import type { PullService } from '../storage/registry/pull-service.ts'
import type { ExportDeps } from './export-service.ts'
import { configOf } from './oci/image-config.ts'
import { type ImageWriter, writeArchive, writeFolder } from './oci/image-writer.ts'
import { addKeptDockerImage, readKept } from './oci/kept-image.ts'
import type { LeftOut } from './oci/layer-stream.ts'
import { openLayerTar } from './oci/layer-tar.ts'
import {
  addDockerImage,
  addOciImage,
  type DockerEntry,
  finishDockerImages,
  finishOciImages,
  type ImagePlan,
  inBlobs,
  type OciEntry,
} from './oci/write-image.ts'
import { openOutput } from './output-file.ts'
import { runTask } from './run-task.ts'

export interface SaveDeps extends ExportDeps {
  readonly pulls: Pick<PullService, 'writeKept'>
}

type SaveRequest = z.output<(typeof saveImages)['request']>
type Saved = z.input<(typeof saveImages)['response']>['images'][number]

/** Writes images to one archive or folder, which is there whole or not at all. */
export async function saveToFile(deps: SaveDeps, request: SaveRequest, signal: AbortSignal) {
  const { refs, output: path, replace, format } = request
  const wanted = refs.map((ref) => ({ ref, image: deps.images.find(ref) }))
  const allBytes = wanted.reduce((sum, { image }) => sum + image.contentBytes, 0)
  const task = { id: request.task, kind: 'export.run' as const, subject: refs.join(' '), signal }
  return runTask(deps, task, async (stop, report) => {
    await deps.places.ready
    const output = await openOutput({
      ...{ path, replace, neededBytes: allBytes, rules: hostRules(deps), notes: deps.places.notes },
      kind: format === 'oci' ? 'folder' : 'file',
    })
    try {
      const out = output.folder === null ? await writeArchive(output.part) : await writeFolder(output.folder)
      const onBytes = (bytes: number) => report('packing', Math.min(1, bytes / Math.max(1, allBytes)))
      const work = { ...deps, out, onBytes, stop }
      const images = await writeAll(work, format, wanted)
      stop.throwIfAborted()
      await output.publish(0o644)
      return { output: path, images }
    } finally {
      await output.discard()
    }
  })
}

async function writeAll(work: Work, format: SaveRequest['format'], wanted: readonly Wanted[]): Promise<Saved[]> {
  try {
    return await (format === 'docker-archive' ? saveForDocker(work, wanted) : saveForOci(work, wanted))
  } finally {
    await work.out.close()
  }
}

interface Work extends SaveDeps {
  readonly out: ImageWriter
  readonly onBytes: (bytes: number) => void
  readonly stop: AbortSignal
}

interface Wanted {
  readonly ref: string
  readonly image: Image
}

async function saveForDocker(work: Work, wanted: readonly Wanted[]): Promise<Saved[]> {
  const entries: Parameters<typeof finishDockerImages>[0][number][] = []
  for (const { ref, image } of wanted) {
    const kept = await fromKept(work, image, (folder) => addKeptForDocker(work, folder))
    const entry = kept ?? (await addDockerImage(await planOf(work, image, ref), work.out, nothingLeft())).entry
    const name = nameOf(ref, image)
    entries.push({ ...entry, RepoTags: name === null ? [] : [name] })
  }
  await finishDockerImages(entries, work.out)
  return wanted.map(({ ref }) => ({ ref, manifest: null, unchanged: false }))
}

async function saveForOci(work: Work, wanted: readonly Wanted[]): Promise<Saved[]> {
  const entries: OciEntry[] = []
  const saved: Saved[] = []
  for (const { ref, image } of wanted) {
    const kept = await fromKept(work, image, (folder) => addKept(work, image, folder))
    const added = kept ?? (await addOciImage(await planOf(work, image, ref), work.out, nothingLeft()))
    entries.push({ ...added, name: nameOf(ref, image) })
    saved.push({ ref, manifest: added.digest, unchanged: kept !== null })
  }
  await finishOciImages(entries, work.out)
  return saved
}

/** What is made of the bytes that an image came as; null where they are not kept. */
async function fromKept<T>(
  { pulls, places }: Work,
  image: Image,
  make: (folder: string) => Promise<T>,
): Promise<T | null> {
  const folder = join(places.staging, randomBytes(6).toString('hex'))
  try {
    return (await pulls.writeKept(image.digest, folder)) ? await make(folder) : null
  } finally {
    await removeFolder(folder)
  }
}

async function addKeptForDocker({ out, stop, onBytes }: Work, folder: string): Promise<DockerEntry> {
  return addKeptDockerImage(await readKept(folder), out, { signal: stop, onBytes })
}

/** Each of its bytes is looked at again. */
async function addKept({ out, stop }: Work, image: Image, folder: string): Promise<Omit<OciEntry, 'name'>> {
  for (const hex of (await readdir(folder)).filter((name) => /^[a-f0-9]{64}$/.test(name))) {
    const { digest } = await out.addBlob(createReadStream(join(folder, hex), { signal: stop }), inBlobs)
    if (digest !== `sha256:${hex}`) throw new Error(`The kept blob ${hex} has changed.`)
  }
  const manifest = await readFile(join(folder, 'manifest.json'))
  const { mediaType = 'application/vnd.oci.image.manifest.v1+json' } = JSON.parse(manifest.toString('utf8'))
  return {
    ...(await out.addBlob(only(manifest), inBlobs)),
    mediaType: String(mediaType),
    architecture: image.architecture,
  }
}

async function* only(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

/** Its content: a layer for each of its parts, the lowest first. */
async function planOf({ trees, onBytes, stop, now }: Work, image: Image, ref: string): Promise<ImagePlan> {
  const { sources } = await trees.find(`image:${image.digest}`, stop)
  const createdAt = image.createdAt ?? now().toISOString()
  const layers = sources.toReversed().map((tree, at) => ({
    ...{ madeBy: `image ${ref}`, createdAt: image.createdAt ?? image.importedAt, isImage: at === 0 },
    drop: new Set<string>(),
    open: () => openLayerTar(tree, { signal: stop, changes: false }),
  }))
  const config = configOf(image.config, SandboxSpec.parse({ image: ref }), new Set())
  return { name: ref, architecture: image.architecture, createdAt, config, layers, onBytes }
}

const nothingLeft = (): LeftOut => ({ devices: 0, sockets: 0, attributes: 0, dropped: 0, named: 0 })

/** By the name that it was asked for with; one that was named by its digest has none there. */
function nameOf(ref: string, { names }: Image): string | null {
  const asked = names.find((name) => name === ref || name === withTag(ref))
  if (asked !== undefined) return asked
  return /^(sha256:)?[a-f0-9]{4,64}$/.test(ref) ? null : (names[0] ?? null)
}
