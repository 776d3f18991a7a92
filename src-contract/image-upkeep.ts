import * as z from 'zod'
import { Image, ImageDigest, ImageName, ImageRef, RegistryCredential, RegistryHost, TaskId } from './image.ts'
import { operation } from './operation.ts'

/** Where an image was pulled from, as its registry knows it. */
const PulledFrom = z.strictObject({
  manifest: ImageDigest,
  /** Registry and path. */
  repositories: z.array(z.string()),
  /** Bytes on disk of what is kept as the registry has it; other images may have a part of it too. */
  keptBytes: z.int().nonnegative(),
})

export const inspectImage = operation({
  name: 'image.inspect',
  method: 'GET',
  path: '/v1/images/:ref/details',
  summary: 'Shows what is known of an image: itself, where it was pulled from, and what uses it.',
  request: z.strictObject({ ref: ImageRef }),
  response: z.strictObject({
    image: Image,
    pulledFrom: z.array(PulledFrom),
    /** Names of sandboxes and snapshots. */
    users: z.array(z.string()),
  }),
})

export const tagImage = operation({
  name: 'image.tag',
  method: 'POST',
  path: '/v1/images/:ref/tag',
  summary: 'Gives an image one more name. Another image that has it loses it.',
  request: z.strictObject({ ref: ImageRef, name: ImageName }),
  response: Image,
})

export const untagImage = operation({
  name: 'image.untag',
  method: 'POST',
  path: '/v1/images/:ref/untag',
  summary: 'Takes a name from an image, which stays, also without any.',
  request: z.strictObject({ ref: ImageRef }),
  response: Image,
})

export const pruneImages = operation({
  name: 'image.prune',
  method: 'POST',
  path: '/v1/images/prune',
  summary: 'Removes images that have no name and that nothing uses; with `all`, also those with names.',
  request: z.strictObject({ all: z.boolean().default(false), dryRun: z.boolean().default(false) }),
  response: z.strictObject({
    removed: z.array(z.strictObject({ digest: ImageDigest, names: z.array(z.string()) })),
    /** Without what is kept as registries have it. */
    freedBytes: z.int().nonnegative(),
  }),
})

export const pushImage = operation({
  name: 'image.push',
  method: 'POST',
  path: '/v1/images/push',
  summary: 'Gives an image that was pulled to the registry in its name, as it came: with the same digests.',
  request: z.strictObject({
    /** A name of an image that is here, with the registry that it goes to. */
    ref: z.string().min(1).max(512),
    credential: RegistryCredential.optional(),
    allowHosts: z.array(RegistryHost).max(20).optional(),
    task: TaskId.optional(),
  }),
  response: z.strictObject({ name: z.string(), manifest: ImageDigest }),
})

/** One step of how an image came to be, as it says itself. */
export const HistoryStep = z.strictObject({
  /** As the image says; null where it does not. */
  createdAt: z.iso.datetime({ offset: true }).nullable(),
  /** '' where nothing is known of it. */
  createdBy: z.string(),
  comment: z.string(),
  /** Bytes of the files in its layer, unpacked; null: it has no layer. */
  contentBytes: z.int().nonnegative().nullable(),
})
export type HistoryStep = z.infer<typeof HistoryStep>

export const readImageHistory = operation({
  name: 'image.history',
  method: 'GET',
  path: '/v1/images/:ref/history',
  summary:
    'Shows how an image came to be, the latest step first: as it says itself where it was pulled or built here, else only the sizes of its layers.',
  request: z.strictObject({ ref: ImageRef }),
  response: z.array(HistoryStep),
})
