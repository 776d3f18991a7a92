import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, appError } from '#contract/app-error'
import { familiarName, type ImageReference, wholeName } from '#contract/image-reference'
import { withStaging } from '../images/staging.ts'
import { openWork } from './fetch-image.ts'
import { openAttempts } from './open-attempts.ts'
import type { PullParts, PullRequest } from './pull-types.ts'
import { pushLayers } from './registry-tool.ts'
import { untilItWorks } from './until-it-works.ts'

/** A registry answers to a push with words only. */
const answerBytes = 64 * 1024 * 1024
const attempts = 3

/** Gives an image to a registry as it came from one. */
export async function pushOne(parts: PullParts, reference: ImageReference, request: PullRequest) {
  const { deps, blobs } = parts
  const [kept] = await blobs.keptOf(deps.images.find(request.ref).digest)
  if (kept === undefined) throw appError('image-push-not-kept', { ref: request.ref })
  const { manifest } = kept.origin
  const release = blobs.hold(kept.origin.blobs)
  request.onProgress('working', null)
  try {
    await withStaging(deps.folder, async (staging) => {
      const work = join(staging, 'work')
      await openWork(work)
      await writeFolder(parts, manifest, kept.origin.blobs, join(work, 'push'))
      const { attempt, explain } = await openAttempts(parts, { staging, work, reference, request })
      const limits = { mostBytes: answerBytes, largestFile: answerBytes, signal: request.signal }
      const retry = { attempts, signal: request.signal, explain, ...(deps.pause && { pause: deps.pause }) }
      const push = () => attempt(limits, (options) => pushLayers(deps.run, wholeName(reference), options))
      await untilItWorks(retry, push).catch((error: unknown) => {
        throw asPush(error, reference)
      })
    })
    return { name: familiarName(reference), manifest }
  } finally {
    release()
  }
}

/** As skopeo's form `dir` has it; it may read what is there, and change nothing. */
export async function writeFolder(
  { blobs }: PullParts,
  manifest: string,
  all: readonly string[],
  folder: string,
): Promise<void> {
  await mkdir(folder)
  await chmod(folder, 0o755)
  for (const digest of new Set(all)) if (digest !== manifest) await blobs.linkTo(digest, folder)
  await writeFile(join(folder, 'manifest.json'), await blobs.read(manifest), { mode: 0o644 })
  await writeFile(join(folder, 'version'), 'Directory Transport Version: 1.1\n', { mode: 0o644 })
}

function asPush(error: unknown, reference: ImageReference): unknown {
  const { reason } = AppError.from(error).wire
  if (reason !== 'registry-login') return error
  return appError('registry-push-refused', { registry: reference.registry, whole: wholeName(reference) })
}
