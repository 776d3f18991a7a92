import { chmod, chown, mkdir, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { Transfer } from '#contract/image'
import type { Run } from '../../base/process/run.ts'
import { tooLargeForDisk } from '../images/refusals.ts'
import { removeTree } from '../images/staging.ts'
import type { BlobStore } from './blob-store.ts'
import { measureFetch } from './measure-fetch.ts'
import { type FetchOptions, fetcherAccount, fetchLayers, readConfiguration } from './registry-tool.ts'
import { digestOf, isOfDocker, type RemoteImage } from './remote-image.ts'
import { type Retry, untilItWorks } from './until-it-works.ts'

/** Opens a way to the registry for one attempt, with room for so many bytes. */
export type Attempt = <T>(
  limits: { readonly mostBytes: number; readonly largestFile: number; readonly signal: AbortSignal },
  work: (options: FetchOptions) => Promise<T>,
) => Promise<T>

export interface FetchRequest {
  readonly remote: RemoteImage
  /** Registry, path and digest. */
  readonly reference: string
  readonly repository: string
  readonly work: string
  readonly freeBytes: number
  readonly signal: AbortSignal
  onTransfer(transfer: Transfer): void
}

export interface FetchDeps extends Pick<Retry, 'explain' | 'pause'> {
  readonly run: Run
  readonly blobs: BlobStore
  readonly attempt: Attempt
}

const slackBytes = 16 * 1024 * 1024
const layerAttempts = 5
const layerBytes = 64 * 2 ** 30
const configBytes = 4 * 1024 * 1024

/** Brings all blobs of an image into the store. Those that are there, from whichever image, are not fetched. */
export async function fetchImage(deps: FetchDeps, request: FetchRequest): Promise<{ bytes: number; layers: number }> {
  const { blobs } = deps
  const { remote, repository } = request
  const layers = [...new Map(remote.layers.map((layer) => [layer.digest, layer])).values()]
  if (layers.some(({ size }) => size > layerBytes) || remote.config.size > configBytes) {
    throw appError('registry-answer-too-large', { registry: repository })
  }
  await keepBytes(deps, request, remote.manifest, remote.digest)
  const origin = { manifest: remote.digest, repositories: [repository], blobs: blobsOf(remote) }
  if ((await blobs.origin(remote.digest)) === null) await blobs.keep({ ...origin, image: null })
  const before = await missingOf(blobs, layers)
  const total = sizeOf(before)
  if (total > request.freeBytes) throw tooLargeForDisk(request.freeBytes)
  let resumed = 0
  let left = before.length
  const retry: Retry = {
    ...deps,
    attempts: layerAttempts,
    signal: request.signal,
    async hasGained() {
      const now = (await missingOf(blobs, layers)).length
      const gained = now < left
      left = now
      return gained
    },
    onRetry: () => {
      resumed += 1
    },
  }
  await untilItWorks(retry, async () => {
    const missing = await missingOf(blobs, layers)
    const what = { missing, layers, total, before: before.length, resumed }
    if (missing.length > 0) await fetchMissing(deps, request, what)
    if (!(await blobs.has(remote.config.digest, remote.config.size))) await fetchConfiguration(deps, request)
    const rest = await missingOf(blobs, layers)
    if (rest.length > 0) throw appError('registry-wrong-content', { registry: repository })
  })
  return { bytes: total, layers: before.length }
}

/** Of Docker's kind, which skopeo has turned into another; one of the OCI's is among what it wrote. */
async function fetchConfiguration(deps: FetchDeps, request: FetchRequest): Promise<void> {
  const { remote, reference, repository, signal } = request
  const limits = { mostBytes: slackBytes, largestFile: slackBytes, signal }
  const content = await deps.attempt(limits, (options) => readConfiguration(deps.run, reference, options))
  // skopeo ends what it prints with a line end of its own.
  const own = [content, content.subarray(0, -1)].find((each) => digestOf(each) === remote.config.digest)
  if (own === undefined) throw appError('registry-wrong-content', { registry: repository })
  await keepBytes(deps, request, own, remote.config.digest)
}

interface Missing {
  readonly missing: RemoteImage['layers']
  readonly layers: RemoteImage['layers']
  /** Of what was missing at first. */
  readonly total: number
  readonly before: number
  readonly resumed: number
}

/** One attempt. What came whole is kept, whether the rest did or not. */
async function fetchMissing({ run, blobs, attempt }: FetchDeps, request: FetchRequest, what: Missing): Promise<void> {
  const { work, remote, reference, signal } = request
  const layout = join(work, 'layout')
  const target = join(layout, 'blobs', 'sha256')
  await openWork(work, target)
  const absent = new Set(what.missing.map(({ digest }) => digest))
  for (const { digest } of what.layers) if (!absent.has(digest)) await blobs.linkTo(digest, target)
  const bytes = sizeOf(what.missing)
  const limits = {
    mostBytes: bytes + Math.ceil(bytes / 20) + slackBytes,
    largestFile: Math.max(...what.missing.map(({ size }) => size)) + slackBytes,
  }
  const stop = new AbortController()
  const done = what.total - bytes
  const measure = measureFetch({
    layout,
    ...{ mostBytes: limits.mostBytes, resumed: () => what.resumed },
    size: {
      ...{ totalBytes: bytes, totalLayers: what.layers.length, hereLayers: what.layers.length - what.before },
      wanted: new Set(what.missing.map(({ digest }) => digest.slice(7))),
    },
    onTransfer: (now) =>
      request.onTransfer({
        ...{ ...now, bytes: now.bytes + done, totalBytes: what.total },
        layers: now.layers + what.before - what.missing.length,
      }),
    onExceeded: () => stop.abort(appError('registry-answer-too-large', { registry: request.repository })),
  })
  try {
    await attempt({ ...limits, signal: AbortSignal.any([signal, stop.signal]) }, (options) =>
      fetchLayers(run, reference, options),
    )
  } finally {
    measure.stop()
    await adoptAll(blobs, work, target, isOfDocker(remote) ? what.missing : [...what.missing, remote.config])
  }
}

/** The folders belong to whom skopeo ran as, and might be links by now: nothing is taken by way of one. */
async function adoptAll(blobs: BlobStore, work: string, target: string, wanted: RemoteImage['layers']): Promise<void> {
  const real = await realpath(target).catch(() => null)
  if (real !== (await realpath(work)) + target.slice(work.length)) return
  for (const { digest, size } of wanted) await blobs.adopt(join(target, digest.slice(7)), digest, size)
}

/** An empty folder that belongs to whom skopeo runs as. */
export async function openWork(work: string, target = join(work, 'layout', 'blobs', 'sha256')): Promise<void> {
  await removeTree(work)
  await mkdir(target, { recursive: true, mode: 0o700 })
  await mkdir(join(work, 'tmp'), { mode: 0o700 })
  // Bubblewrap enters it as root without the right to enter any folder; the one above keeps others out.
  await chmod(work, 0o755)
  if (process.getuid?.() !== 0) return
  const account = fetcherAccount()
  for (const path of [work, join(work, 'tmp'), ...parentsWithin(work, target)]) await chown(path, account, account)
}

function parentsWithin(work: string, target: string): readonly string[] {
  const parts = target.slice(work.length + 1).split('/')
  return parts.map((_part, at) => join(work, ...parts.slice(0, at + 1)))
}

async function keepBytes({ blobs }: FetchDeps, { work }: FetchRequest, content: Buffer, digest: string): Promise<void> {
  if (await blobs.has(digest, content.length)) return
  const file = join(work, '..', `bytes-${digest.slice(7)}`)
  await writeFile(file, content, { mode: 0o600 })
  await blobs.adopt(file, digest, content.length)
}

/** Writes an OCI layout of what the store has, with the manifest as the registry has it. */
export async function writeLayout(blobs: BlobStore, remote: RemoteImage, layout: string): Promise<void> {
  const target = join(layout, 'blobs', 'sha256')
  await mkdir(target, { recursive: true, mode: 0o700 })
  for (const digest of new Set(blobsOf(remote))) await blobs.linkTo(digest, target)
  const { digest, mediaType, manifest } = remote
  const index = { schemaVersion: 2, manifests: [{ mediaType, digest, size: manifest.length }] }
  await writeFile(join(layout, 'index.json'), JSON.stringify(index), { mode: 0o600 })
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}', { mode: 0o600 })
}

export function blobsOf({ digest, config, layers }: RemoteImage): string[] {
  return [digest, config.digest, ...layers.map((layer) => layer.digest)]
}

async function missingOf(blobs: BlobStore, layers: RemoteImage['layers']): Promise<RemoteImage['layers']> {
  const has = await Promise.all(layers.map(({ digest, size }) => blobs.has(digest, size)))
  return layers.filter((_layer, at) => !has[at])
}

const sizeOf = (layers: RemoteImage['layers']): number => layers.reduce((sum, { size }) => sum + size, 0)
