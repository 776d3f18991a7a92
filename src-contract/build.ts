import * as z from 'zod'
import { Image, ImageName, TaskId } from './image.ts'
import { stream } from './operation.ts'
import { EnvName, IsolationClass } from './sandbox.ts'
import { mayGrow } from './tolerant.ts'

/** What a secret of a build is called in `RUN --mount=type=secret,id=ID`. */
export const SecretId = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'The id of a secret has letters, digits, dots, dashes and underscores.')

/** What an instruction can refer to a stage of a build by. */
export const StageName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'A stage has the name that FROM gives it, or its number.')

/** The first message of a build. */
export const BuildRequest = z.strictObject({
  type: z.literal('build'),
  /** The text of the Dockerfile, which need not be in the context. */
  dockerfile: z.string().max(1024 * 1024),
  /** What the image is called; without one it is known by its digest. */
  names: z.array(ImageName).max(20).default([]),
  /** Values of ARG. */
  args: z.record(EnvName, z.string().max(65_536)).default({}),
  /** The stage to end with; absent: the last. */
  target: StageName.optional(),
  /** Each is a file `secrets/ID` of what follows. */
  secrets: z.array(SecretId).max(20).default([]),
  /** Run every step again. */
  noCache: z.boolean().default(false),
  /** Ask the registries for the images that it begins with, though they are here. */
  pull: z.boolean().default(false),
  /** Of the sandbox that it runs in; absent: that of a new sandbox. */
  class: IsolationClass.optional(),
  task: TaskId.optional(),
})
export type BuildRequest = z.infer<typeof BuildRequest>

export const BuildUp = z.discriminatedUnion('type', [BuildRequest, z.strictObject({ type: z.literal('contextEnd') })])
export type BuildUp = z.infer<typeof BuildUp>

export const BuildPhase = mayGrow(
  z.enum(['preparing', 'pulling', 'handing', 'building', 'importing', 'other']),
  'other',
)
export type BuildPhase = z.infer<typeof BuildPhase>

export const BuildDown = z.discriminatedUnion('type', [
  /** What is being done; of `pulling` and `handing` the subject is the image that a stage begins with. */
  z.strictObject({ type: z.literal('phase'), phase: BuildPhase, subject: z.string() }),
  /** Always the last message; every byte of output has been sent before it. */
  z.strictObject({ type: z.literal('built'), image: Image }),
])
export type BuildDown = z.infer<typeof BuildDown>

/**
 * Builds an image from a Dockerfile, in a sandbox of its own. Client: `build`, then binary frames of a tar stream with the folder
 * `context` and the files of `secrets`, `contextEnd`. Agent: `phase`, binary frames of output (stream byte, then bytes),
 * `built`, close. Closing the socket ends the build, and nothing of it stays but the steps that it had finished.
 */
export const buildStream = stream({
  name: 'image.build',
  path: '/v1/images/build',
  summary: 'Builds an image from a Dockerfile and a folder of files, in a sandbox of its own.',
  request: z.strictObject({}),
  up: BuildUp,
  down: BuildDown,
})
