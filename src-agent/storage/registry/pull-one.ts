import { join } from 'node:path'
import { AppError, appError } from '#contract/app-error'
import type { Image, Transfer } from '#contract/image'
import { familiarName, type ImageReference, wholeName } from '#contract/image-reference'
import { roomToFill } from '../../base/disk-room.ts'
import { withStaging } from '../images/staging.ts'
import { blobsOf, fetchImage, openWork, writeLayout } from './fetch-image.ts'
import { openAttempts } from './open-attempts.ts'
import type { Pulled, PullParts, PullRequest } from './pull-types.ts'
import { readManifest } from './registry-tool.ts'
import { type RemoteImage, resolveRemote } from './remote-image.ts'
import { untilItWorks } from './until-it-works.ts'

const manifestBytes = 32 * 1024 * 1024
/** Somebody waits for the answer to this question. */
const manifestAttempts = 3
/** How much of a pull fetching is; the rest is the import. */
const fetchShare = 0.6

/** One pull, from the question for the manifest to the record. */
interface Pull extends PullParts {
  readonly reference: ImageReference
  readonly request: PullRequest
  readonly staging: string
  /** Registry and path. */
  readonly repository: string
  readonly attempts: Awaited<ReturnType<typeof openAttempts>>
}

/** Asks for the manifest, fetches what is missing, imports it. What is here under that manifest only gets the name. */
export function pullOne(parts: PullParts, reference: ImageReference, request: PullRequest): Promise<Pulled> {
  request.onProgress('checking', null)
  return withStaging(parts.deps.folder, async (staging) => {
    const work = join(staging, 'work')
    await openWork(work)
    const attempts = await openAttempts(parts, { staging, work, reference, request })
    const repository = `${reference.registry}/${reference.path}`
    const pull: Pull = { ...parts, reference, request, staging, repository, attempts }
    return finish(pull, await askManifest(pull))
  })
}

async function finish(pull: Pull, remote: RemoteImage): Promise<Pulled> {
  const { blobs, isImage, deps, reference, repository } = pull
  const name = familiarName(reference)
  const release = blobs.hold(blobsOf(remote))
  try {
    const known = await blobs.origin(remote.digest)
    const here = known !== null && known.image !== null && isImage(known.image) ? known.image : null
    const fetched = here === null ? await fetchBlobs(pull, remote) : { bytes: 0, layers: 0 }
    const image = here === null ? await importLayout(pull, remote) : await deps.images.addName(here, name)
    const repositories = [...new Set([...(known?.repositories ?? []), repository])]
    await blobs.keep({ image: image.digest, manifest: remote.digest, blobs: blobsOf(remote), repositories })
    const sums = { fetchedBytes: fetched.bytes, fetchedLayers: fetched.layers }
    const totalLayers = new Set(remote.layers.map(({ digest }) => digest)).size
    return { image, name, manifest: remote.digest, ...sums, totalLayers }
  } finally {
    release()
    await blobs.sweep(isImage)
  }
}

function askManifest({ attempts, reference, repository, request, deps }: Pull): Promise<RemoteImage> {
  const { attempt, explain } = attempts
  const limits = { mostBytes: manifestBytes, largestFile: manifestBytes, signal: request.signal }
  const read = (digest: string | null): Promise<Buffer> => {
    const asked = digest === null ? wholeName(reference) : `${repository}@${digest}`
    return attempt(limits, (options) => readManifest(deps.run, asked, options))
  }
  const retry = {
    attempts: manifestAttempts,
    signal: request.signal,
    explain,
    ...(deps.pause && { pause: deps.pause }),
  }
  return untilItWorks(retry, () => resolveRemote(reference, read))
}

async function fetchBlobs(pull: Pull, remote: RemoteImage): Promise<{ bytes: number; layers: number }> {
  const { deps, blobs, attempts, request, repository, staging } = pull
  const { signal } = request
  const onTransfer = (now: Transfer): void =>
    request.onProgress('fetching', now.totalBytes === 0 ? null : (now.bytes / now.totalBytes) * fetchShare, now)
  const { bytes: freeBytes } = await roomToFill(deps.folder)
  const reference = `${repository}@${remote.digest}`
  request.onProgress('fetching', 0)
  const fetching = fetchImage(
    { run: deps.run, blobs, ...attempts, ...(deps.pause && { pause: deps.pause }) },
    { remote, reference, repository, work: join(staging, 'work'), freeBytes, signal, onTransfer },
  )
  return fetching.catch((error: unknown) => forgetRefused(pull, remote, error))
}

async function importLayout(pull: Pull, remote: RemoteImage): Promise<Image> {
  const { deps, blobs, request, staging, reference } = pull
  const path = join(staging, 'pulled')
  await writeLayout(blobs, remote, path)
  const onProgress: PullRequest['onProgress'] = (phase, progress) =>
    request.onProgress(phase, progress === null ? null : fetchShare + progress * (1 - fetchShare))
  const importing = deps.images.import({ path, name: familiarName(reference), signal: request.signal, onProgress })
  const [image] = await importing.catch((error: unknown) => forgetRefused(pull, remote, error))
  if (image === undefined) throw appError('not-an-image')
  return image
}

/** Where trying again would bring the same, nothing of it is kept; what broke off is, for the next time. */
async function forgetRefused({ blobs }: Pull, remote: RemoteImage, error: unknown): Promise<never> {
  const { code } = AppError.from(error).wire
  if (code !== 'cancelled' && code !== 'unavailable' && code !== 'timeout') await blobs.forgetPartial(remote.digest)
  throw error
}
