import { chmod, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { Image, Task } from '#contract/image'
import { openFileInRoot, readFileInRoot } from '../../base/kernel/open-in-root.ts'
import { confine } from '../../base/process/confine.ts'
import type { Run } from '../../base/process/run.ts'
import { pathOfDigest } from '../images/image-source.ts'
import { Index, Manifest } from '../images/oci-schemas.ts'
import { withStaging } from '../images/staging.ts'
import type { PullParts } from './pull-types.ts'
import { writeFolder } from './push-image.ts'

const documentBytes = 4 * 1024 * 1024
const unpackMs = 30 * 60_000

export interface LayoutRequest {
  /** A tar file of the OCI layout of one image. */
  readonly archive: string
  /** With tag; null: it has none. */
  readonly name: string | null
  readonly signal: AbortSignal
  onProgress(phase: Task['phase'], progress: number | null): void
}

/**
 * Imports an image that was made here, and keeps its bytes as those of a pulled one: so it can be given to a registry, and be what
 * another build begins with.
 */
export async function keepLayout(parts: PullParts, request: LayoutRequest): Promise<Image> {
  const { deps } = parts
  return withStaging(deps.folder, async (staging) => {
    const { archive, name, signal, onProgress } = request
    const path = join(staging, 'layout')
    await mkdir(path, { mode: 0o700 })
    await unpackLayout(deps.run, archive, { path, signal })
    return keepUnpacked(parts, { path, name, signal, onProgress })
  })
}

type Unpacked = Omit<LayoutRequest, 'archive'> & { readonly path: string }

async function unpackLayout(
  run: Run,
  archive: string,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal },
): Promise<void> {
  const shown = [{ from: archive, to: '/run/archive.tar', writable: false }]
  const args = ['--extract', '--file=/run/archive.tar', '--directory=/work', '--no-same-owner']
  const [program, all] = confine('tar', args, { work: path, shown, temporary: '/tmp' })
  await run(program, all, { signal, timeoutMs: unpackMs })
}

async function keepUnpacked(
  { deps, blobs, isImage }: Pick<PullParts, 'deps' | 'blobs' | 'isImage'>,
  request: Unpacked,
): Promise<Image> {
  const { path, name, signal, onProgress } = request
  const importing = deps.images.import({ path, signal, onProgress, ...(name !== null && { name }) })
  const [image] = await importing
  if (image === undefined) throw appError('not-an-image')
  const { manifest, parts } = await readParts(path)
  const release = blobs.hold(parts)
  try {
    for (const digest of parts) await adopt(digest)
    await blobs.keep({ image: image.digest, manifest, blobs: parts, repositories: [] })
    return image
  } finally {
    release()
    await blobs.sweep(isImage)
  }

  async function adopt(digest: string): Promise<void> {
    const file = await openFileInRoot(path, pathOfDigest(digest))
    if (file === null) return
    const { size } = await file.stat()
    await file.close()
    if (!(await blobs.has(digest, size))) await blobs.adopt(join(path, pathOfDigest(digest)), digest, size)
  }
}

/** The digests of its manifest, its configuration and its layers. */
async function readParts(layout: string): Promise<{ manifest: string; parts: string[] }> {
  const read = async (path: string): Promise<unknown> =>
    JSON.parse((await readFileInRoot(layout, path, documentBytes))?.toString('utf8') ?? 'null')
  const [first] = Index.parse(await read('index.json')).manifests
  if (first === undefined) throw appError('not-an-image')
  const { config, layers } = Manifest.parse(await read(pathOfDigest(first.digest)))
  const parts = [first.digest, config.digest, ...layers.map(({ digest }) => digest)]
  return { manifest: first.digest, parts: [...new Set(parts)] }
}

/** Writes what is kept of an image as skopeo's form `dir` has it; false where nothing is kept of it. */
export async function writeKept(parts: PullParts, image: string, folder: string): Promise<boolean> {
  const [kept] = await parts.blobs.keptOf(image)
  if (kept === undefined) return false
  const { origin } = kept
  const release = parts.blobs.hold(origin.blobs)
  try {
    await rm(folder, { recursive: true, force: true })
    await mkdir(join(folder, '..'), { recursive: true, mode: 0o700 })
    await writeFolder(parts, origin.manifest, origin.blobs, folder)
    await chmod(folder, 0o700)
    return (await readdir(folder)).length > 0
  } finally {
    release()
  }
}
