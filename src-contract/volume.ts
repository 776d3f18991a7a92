import * as z from 'zod'
import { TaskId } from './image.ts'
import { operation } from './operation.ts'
import { volumeName } from './words.ts'

export const VolumeName = z.string().regex(volumeName.pattern, volumeName.problem)
export type VolumeName = z.infer<typeof VolumeName>

const Labels = z.record(z.string().min(1).max(256), z.string().max(4096))

/** Files that outlive the sandboxes that use them. */
export const Volume = z.strictObject({
  name: VolumeName,
  /** It was made for one sandbox that named none. */
  anonymous: z.boolean(),
  labels: Labels,
  createdAt: z.iso.datetime(),
})
export type Volume = z.infer<typeof Volume>

/** What is known of a volume at this moment. */
export const VolumeDetails = Volume.extend({
  /** Names of the sandboxes that use it, whether they run or not. As long as there is one, it is not removed. */
  users: z.array(z.string()),
  /** Bytes on disk; null: not asked for. */
  sizeBytes: z.int().nonnegative().nullable(),
})
export type VolumeDetails = z.infer<typeof VolumeDetails>

export const createVolume = operation({
  name: 'volume.create',
  method: 'POST',
  path: '/v1/volumes',
  summary: 'Makes an empty volume. One that is there with the same labels is answered as it is.',
  request: z.strictObject({
    /** Absent: the agent makes one up. */
    name: VolumeName.optional(),
    labels: Labels.default({}),
  }),
  response: Volume,
})

export const listVolumes = operation({
  name: 'volume.list',
  method: 'GET',
  path: '/v1/volumes',
  summary: 'Lists volumes by name, with who uses them, and where `sizes` is set with what they take on disk.',
  request: z.strictObject({ sizes: z.boolean().default(false) }),
  response: z.array(VolumeDetails),
})

export const inspectVolume = operation({
  name: 'volume.inspect',
  method: 'GET',
  path: '/v1/volumes/:name',
  summary: 'Shows one volume with its users and its size.',
  request: z.strictObject({ name: VolumeName }),
  response: VolumeDetails,
})

export const removeVolume = operation({
  name: 'volume.remove',
  method: 'DELETE',
  path: '/v1/volumes/:name',
  summary: 'Removes a volume with everything in it. One that a sandbox uses is refused.',
  request: z.strictObject({ name: VolumeName }),
  response: z.strictObject({ name: VolumeName }),
})

export const pruneVolumes = operation({
  name: 'volume.prune',
  method: 'POST',
  path: '/v1/volumes/prune',
  summary: 'Removes anonymous volumes that no sandbox uses; with `all`, also those with names of their own.',
  request: z.strictObject({ all: z.boolean().default(false), dryRun: z.boolean().default(false) }),
  response: z.strictObject({
    removed: z.array(z.strictObject({ name: VolumeName, sizeBytes: z.int().nonnegative() })),
    freedBytes: z.int().nonnegative(),
  }),
})

const HostFile = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^\/[^\0]*$/, 'The path of a file of this machine is absolute.')

export const exportVolume = operation({
  name: 'volume.export',
  method: 'POST',
  path: '/v1/volumes/:name/export',
  summary: 'Writes what a volume holds to a tar file, with the owners that it has inside. It may be in use meanwhile.',
  request: z.strictObject({
    name: VolumeName,
    output: HostFile,
    replace: z.boolean().default(false),
    task: TaskId.optional(),
  }),
  response: z.strictObject({
    output: z.string(),
    bytes: z.int().nonnegative(),
    /** Sockets, for which tar has no word. */
    leftOut: z.int().nonnegative(),
  }),
})

export const importVolume = operation({
  name: 'volume.import',
  method: 'POST',
  path: '/v1/volumes/:name/import',
  summary:
    'Makes a tar file, compressed or not, the content of a volume that nobody uses; one that is not there is made. All of it or nothing.',
  request: z.strictObject({
    name: VolumeName,
    path: HostFile,
    /** What the volume holds may go. */
    replace: z.boolean().default(false),
    task: TaskId.optional(),
  }),
  response: z.strictObject({
    name: VolumeName,
    files: z.int().nonnegative(),
    bytes: z.int().nonnegative(),
    /** Devices, which no volume has. */
    leftOut: z.int().nonnegative(),
  }),
})
