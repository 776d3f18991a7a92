import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { Image } from '#contract/image'
import { familiarName, type ImageReference, parseReference, wholeName } from '#contract/image-reference'
import type { HistoryStep } from '#contract/image-upkeep'
import type { Sentence } from '#contract/sentence'
import type { Settings } from '#contract/settings'
import { createShareWork } from '../../base/async/share-work.ts'
import type { ImagePart } from '../../state/records/image-records.ts'
import { builtInName } from '../images/built-in.ts'
import type { ImportRequest } from '../images/image-store.ts'
import { createBlobStore, describeSwept } from './blob-store.ts'
import { importKept, writeKept } from './keep-layout.ts'
import { createLoginHandlers } from './login-service.ts'
import { pullOne } from './pull-one.ts'
import type { PullDeps, Pulled, PullParts, PullRequest } from './pull-types.ts'
import { pushOne } from './push-image.ts'
import { readHistory } from './read-history.ts'

/** Fetches images from registries, through a confined skopeo and a gate, and imports them as any archive is imported. */
export interface PullService {
  /** Two who want the same image at the same time, as the same person, share the work. */
  pull(request: PullRequest): Promise<Pulled>
  /** Gives an image that was pulled to the registry in its name, with the same digests. */
  push(request: PullRequest): Promise<{ name: string; manifest: string }>
  /** What is asked about logins. */
  readonly handlers: ReturnType<typeof createLoginHandlers>
  /** Imports what no registry gave, and keeps its bytes as those of pulled images. */
  importKept(request: Omit<ImportRequest, 'onStored'>): Promise<Image[]>
  /** Writes the bytes that are kept of an image to a folder, as skopeo's form `dir` has them; false where none are kept. */
  writeKept(image: string, folder: string): Promise<boolean>
  /** How an image came to be, the latest step first. */
  historyOf(image: Image, parts: readonly ImagePart[]): Promise<HistoryStep[]>
  /** Where an image that is here was pulled from. */
  pulledFrom(digest: string): Promise<{ manifest: string; repositories: string[]; keptBytes: number }[]>
  /** Removes the kept bytes of images that are gone. */
  sweep(): Promise<void>
  /** At the agent's start, once the images are known. */
  reconcile(): Promise<readonly Sentence[]>
}

export function createPullService(deps: PullDeps): PullService {
  const blobs = createBlobStore(deps.folder)
  const share = createShareWork<Pulled>()
  const followers = new Map<string, Set<PullRequest['onProgress']>>()
  const isImage = (digest: string): boolean => deps.images.list().some((image) => image.digest === digest)
  const sockets = join(deps.runFolder, 'pull')
  const parts: PullParts = { deps, blobs, sockets, isImage }
  return {
    handlers: createLoginHandlers(parts, deps.logins),
    async pull(request) {
      const reference = readReference(request.ref, deps.settings())
      const name = familiarName(reference)
      if (name === builtInName) throw appError('image-pull-built-in', { name })
      // What a registry gives to one person it may refuse to another.
      const key = JSON.stringify([wholeName(reference), request.allowHosts, request.credential])
      const listening = followers.get(key) ?? new Set()
      followers.set(key, listening.add(request.onProgress))
      const onProgress: PullRequest['onProgress'] = (...now) => {
        for (const each of followers.get(key) ?? []) each(...now)
      }
      try {
        return await share(key, request.signal, (signal) =>
          pullOne(parts, reference, { ...request, signal, onProgress }),
        )
      } finally {
        listening.delete(request.onProgress)
        if (listening.size === 0 && followers.get(key) === listening) followers.delete(key)
      }
    },
    push: async (request) => pushOne(parts, readReference(request.ref, deps.settings()), request),
    importKept: (request) => importKept(parts, request),
    writeKept: (image, folder) => writeKept(parts, image, folder),
    historyOf: (image, made) => readHistory(blobs, image, made),
    async pulledFrom(digest) {
      const kept = await blobs.keptOf(digest)
      return kept.map(({ origin: { manifest, repositories }, bytes }) => ({ manifest, repositories, keptBytes: bytes }))
    },
    sweep: async () => void (await blobs.sweep(isImage)),
    async reconcile() {
      await rm(sockets, { recursive: true, force: true })
      await mkdir(sockets, { mode: 0o700 })
      return describeSwept(await blobs.sweep(isImage))
    },
  }
}

/** What a name would be called once it was pulled; null where it is none. */
export function nameInRegistry(ref: string, { searchRegistry, imageAliases }: Settings): string | null {
  const found = parseReference(ref, { searchRegistry, aliases: imageAliases })
  return typeof found === 'string' ? null : familiarName(found)
}

/** Reads a reference by the settings, or says what is wrong with it. */
function readReference(text: string, { searchRegistry, imageAliases }: Settings): ImageReference {
  const found = parseReference(text, { searchRegistry, aliases: imageAliases })
  if (typeof found === 'string') throw appError('image-reference-invalid', { ref: text, fault: found })
  return found
}
