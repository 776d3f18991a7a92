import { appError } from '#contract/app-error'
import type { Snapshot } from '#contract/snapshot'
import { defineHandlers } from '../base/handlers.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import type { Tasks } from '../state/tasks.ts'
import { builtInName } from '../storage/images/built-in.ts'
import type { ImageStore } from '../storage/images/image-store.ts'
import type { PullService } from '../storage/registry/pull-service.ts'

export interface ImageHandlerDeps {
  readonly images: ImageStore
  readonly pulls: PullService
  readonly sandboxes: Pick<SandboxService, 'list'>
  readonly snapshots: () => readonly Snapshot[]
  /** Whatever else needs an image, with the name by which people know it. */
  readonly otherUsers: () => readonly { readonly name: string; readonly imageDigest: string }[]
  readonly tasks: Tasks
}

/** What is asked about images. */
export function imageHandlers(deps: ImageHandlerDeps) {
  const { images, pulls, tasks } = deps
  const usersOf = (digest: string): readonly string[] => findUsers(deps, digest)
  return defineHandlers({
    listImages: async () => [...images.list()],
    importImage: ({ path, name, task }, signal) =>
      tasks.run({ id: task, kind: 'image.import', subject: path, signal }, (cancel, onProgress) =>
        pulls.importKept({ path, ...(name === undefined ? {} : { name }), signal: cancel, onProgress }),
      ),
    pullImage: ({ ref, task, credential = null, allowHosts = [] }, signal) =>
      tasks.run({ id: task, kind: 'image.pull', subject: ref, signal }, (cancel, onProgress) =>
        pulls.pull({ ref, credential, allowHosts, signal: cancel, onProgress }),
      ),
    pushImage: ({ ref, task, credential = null, allowHosts = [] }, signal) =>
      tasks.run({ id: task, kind: 'image.push', subject: ref, signal }, (cancel, onProgress) =>
        pulls.push({ ref, credential, allowHosts, signal: cancel, onProgress }),
      ),
    removeImage: async ({ ref }) => {
      const removed = await images.remove(ref, usersOf)
      if (removed.deleted) await pulls.sweep()
      return removed
    },
    inspectImage: async ({ ref }) => {
      const image = images.find(ref)
      return { image, pulledFrom: await pulls.pulledFrom(image.digest), users: [...usersOf(image.digest)] }
    },
    readImageHistory: async ({ ref }) => {
      const image = images.find(ref)
      return pulls.historyOf(image, images.parts(image.digest))
    },
    tagImage: async ({ ref, name }) => {
      const { digest, builtIn } = images.find(ref)
      if (!builtIn && [name, `${name}:latest`].includes(builtInName)) {
        throw appError('image-name-of-built-in', { name: builtInName })
      }
      return images.addName(digest, name)
    },
    untagImage: async ({ ref }) => images.dropName(ref),
    pruneImages: async ({ all, dryRun }) => {
      const unused = images
        .list()
        .filter(({ builtIn, names, digest }) => !builtIn && (all || names.length === 0) && usersOf(digest).length === 0)
      const removed = unused.map(({ digest, names }) => ({ digest, names }))
      if (dryRun)
        return { removed, freedBytes: unused.reduce((sum, each) => sum + each.sizeBytes - each.sharedBytes, 0) }
      let freedBytes = 0
      for (const { digest } of unused) freedBytes += (await images.remove(digest, usersOf)).freedBytes
      await pulls.sweep()
      return { removed, freedBytes }
    },
  })
}

/** Names of sandboxes and snapshots that use an image. */
function findUsers({ sandboxes, snapshots, otherUsers }: ImageHandlerDeps, digest: string): readonly string[] {
  const named = snapshots().map((each) => ({ ...each, name: `${each.sandboxName}@${each.name}` }))
  return [...sandboxes.list(true), ...named, ...otherUsers()].flatMap(({ imageDigest, name }) =>
    imageDigest === digest ? [name] : [],
  )
}
