import * as z from 'zod'
import { HealthCheck } from './health.ts'
import { operation } from './operation.ts'
import { mayGrow } from './tolerant.ts'
import { Wording } from './wire-texts.ts'

export const ImageDigest = z.string().regex(/^sha256:[a-f0-9]{64}$/)
export type ImageDigest = z.infer<typeof ImageDigest>

/** What `run` accepts for an image: a name with or without tag, a digest, or a start of a digest. */
export const ImageRef = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/, 'Not a name or digest of an image.')

/** A name that an image is kept under: lower case, optional registry and path, a tag. */
export const ImageName = z
  .string()
  .max(512)
  .regex(
    /^[a-z0-9]+([._-]+[a-z0-9]+)*(:[0-9]+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$/,
    'An image name is lower case, as in team/web:1.2.',
  )

/** From the OCI image configuration. */
export const ImageConfig = z.strictObject({
  entrypoint: z.array(z.string()),
  command: z.array(z.string()),
  env: z.array(z.string()),
  cwd: z.string(),
  user: z.string(),
  stopSignal: z.string().nullable(),
  exposedPorts: z.array(z.string()),
  /** Paths that get a volume of the sandbox's own, where it has nothing else there. */
  volumes: z.array(z.string()).default([]),
  labels: z.record(z.string(), z.string()),
  /** Null: it says nothing of it. */
  healthcheck: HealthCheck.nullable().default(null),
})
export type ImageConfig = z.infer<typeof ImageConfig>

export const Image = z.strictObject({
  /** Digest of the OCI manifest; for the built-in image, of its content. */
  digest: ImageDigest,
  /** With tag: `busybox:latest`. An image may have several, or none. */
  names: z.array(z.string()),
  architecture: z.string(),
  /** As the image says; null where it does not. */
  createdAt: z.iso.datetime({ offset: true }).nullable(),
  importedAt: z.iso.datetime(),
  /** Bytes on disk, with what other images share. */
  sizeBytes: z.int().nonnegative(),
  /** How many of these bytes other images have too. Without them the removal of this one frees what is left. */
  sharedBytes: z.int().nonnegative().default(0),
  /** Bytes of the files in it, unpacked. */
  contentBytes: z.int().nonnegative(),
  config: ImageConfig,
  builtIn: z.boolean(),
})
export type Image = z.infer<typeof Image>

/** Chosen by the client, so that it can follow and cancel work it has requested. */
export const TaskId = z.string().regex(/^[a-z0-9-]{8,64}$/)
export type TaskId = z.infer<typeof TaskId>

/** How far the fetching of an image's layers is. */
export const Transfer = z.strictObject({
  /** Of the layers that are not here already. */
  bytes: z.int().nonnegative(),
  totalBytes: z.int().nonnegative(),
  /** Over the last seconds. */
  bytesPerSecond: z.int().nonnegative(),
  layers: z.int().nonnegative(),
  /** Of all, and how many of them were here before. */
  totalLayers: z.int().nonnegative(),
  hereLayers: z.int().nonnegative(),
  /** How often the connection was lost and the work taken up again. */
  resumed: z.int().nonnegative(),
})
export type Transfer = z.infer<typeof Transfer>

export const Task = z.strictObject({
  id: TaskId,
  kind: mayGrow(
    z.enum([
      'image.import',
      'image.pull',
      'image.push',
      'image.build',
      'image.make',
      'snapshot.create',
      'snapshot.restore',
      'snapshot.fork',
      'snapshot.verify',
      'files.put',
      'files.get',
      'export.scan',
      'export.run',
      'import.inspect',
      'import.run',
      'volume.export',
      'volume.import',
      /** Never sent: how a client shows a kind of a later version. */
      'other',
    ]),
    'other',
  ),
  /** What it works on, for people. */
  subject: z.string(),
  phase: mayGrow(
    z.enum(['checking', 'fetching', 'converting', 'unpacking', 'packing', 'working', 'done', 'failed', 'cancelled']),
    'working',
  ),
  /** 0 to 1 within the whole task; null where it cannot be known. */
  progress: z.number().min(0).max(1).nullable(),
  startedAt: z.iso.datetime(),
  /** The sentence of a failure. */
  message: z.string().nullable(),
  messageWording: Wording.optional(),
  /** While layers are fetched from a registry. */
  transfer: Transfer.optional(),
})
export type Task = z.infer<typeof Task>

export const listImages = operation({
  name: 'image.list',
  method: 'GET',
  path: '/v1/images',
  summary: 'Lists images, by name.',
  request: z.strictObject({}),
  response: z.array(Image),
})

export const importImage = operation({
  name: 'image.import',
  method: 'POST',
  path: '/v1/images/import',
  summary:
    'Imports a docker archive, an OCI archive or an OCI layout from the disk of this machine. Ends early when the client goes. One that has only the name of the built-in image is left out; the built-in one stands in its place, last.',
  request: z.strictObject({
    path: z
      .string()
      .min(1)
      .max(4096)
      .regex(/^\/[^\0]*$/, 'The path of an image is absolute.'),
    /** Absent: the names in the archive. */
    name: ImageName.optional(),
    task: TaskId.optional(),
  }),
  response: z.array(Image),
})

/** A host, with its port where it is not the usual one. */
export const RegistryHost = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$/, 'A registry is a host, as in localhost:5000.')

/** Who somebody is to a registry. */
export const RegistryCredential = z.strictObject({
  username: z.string().max(1024),
  /** Or a token, with `<token>` as the name, as Docker's helpers write it. */
  password: z.string().max(65_536),
})
export type RegistryCredential = z.infer<typeof RegistryCredential>

export const pullImage = operation({
  name: 'image.pull',
  method: 'POST',
  path: '/v1/images/pull',
  summary:
    'Fetches an image from a registry: by a name as Docker reads it, for this machine. Layers that are here are not fetched again. Ends early when the client goes.',
  request: z.strictObject({
    ref: z.string().min(1).max(512),
    /** For this registry alone; what was kept by a login otherwise. */
    credential: RegistryCredential.optional(),
    /** Hosts beside the registry's own from which it may have its layers and tokens fetched, this once. */
    allowHosts: z.array(RegistryHost).max(20).optional(),
    task: TaskId.optional(),
  }),
  response: z.strictObject({
    image: Image,
    /** What it is called here: as Docker shows it. */
    name: z.string(),
    /** Of the manifest for this machine, as the registry knows it. */
    manifest: ImageDigest,
    fetchedBytes: z.int().nonnegative(),
    fetchedLayers: z.int().nonnegative(),
    totalLayers: z.int().nonnegative(),
  }),
})

export const removeImage = operation({
  name: 'image.remove',
  method: 'DELETE',
  path: '/v1/images/:ref',
  summary: 'Removes a name, and the image with its last name. An image that a sandbox uses is kept.',
  request: z.strictObject({ ref: ImageRef }),
  response: z.strictObject({
    digest: ImageDigest,
    deleted: z.boolean(),
    /** Bytes on disk; what other images share is kept. */
    freedBytes: z.int().nonnegative().default(0),
  }),
})

export const cancelTask = operation({
  name: 'task.cancel',
  method: 'POST',
  path: '/v1/tasks/:id/cancel',
  summary: 'Cancels long work. What it had made is cleaned up.',
  request: z.strictObject({ id: TaskId }),
  response: z.strictObject({ id: TaskId }),
})
