import * as z from 'zod'
import { Image, TaskId } from './image.ts'
import { operation } from './operation.ts'

/** What Joey can make an image of without a registry. */
export const RecipeName = z.enum(['debian', 'node', 'python'])
export type RecipeName = z.infer<typeof RecipeName>

export const Recipe = z.strictObject({
  name: RecipeName,
  /** What the image is called. */
  image: z.string(),
  /** The recipe whose image it begins with, which is made first; null: none. */
  begins: RecipeName.nullable(),
  /** An image of that name is here. */
  here: z.boolean(),
  /** The program that this machine lacks for it; null: none. */
  lacks: z.string().nullable(),
})
export type Recipe = z.infer<typeof Recipe>

/** Where packages of Debian come from. */
export const MirrorAddress = z
  .string()
  .max(1024)
  .regex(
    /^https?:\/\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(\/[A-Za-z0-9._~/-]*)?$/,
    'A mirror is http://HOST/PATH.',
  )

/** A release of Debian by its name: `bookworm`, `stable`. */
export const SuiteName = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9-]*$/, 'A release of Debian has a name such as bookworm.')

export const listRecipes = operation({
  name: 'image.recipes',
  method: 'GET',
  path: '/v1/image-recipes',
  summary: 'Lists what Joey can make an image of without a registry.',
  request: z.strictObject({}),
  response: z.array(Recipe),
})

export const makeImage = operation({
  name: 'image.make',
  method: 'POST',
  path: '/v1/images/make',
  summary:
    'Makes an image without a registry: Debian from its packages, others on top of it. One that is here is not made again unless asked to. Ends early when the client goes.',
  request: z.strictObject({
    recipe: RecipeName,
    /** Make it although it is here. */
    again: z.boolean().default(false),
    /** Absent: that of this machine's apt. */
    mirror: MirrorAddress.optional(),
    /** Absent: that of this machine, where it is Debian. */
    suite: SuiteName.optional(),
    task: TaskId.optional(),
  }),
  response: z.strictObject({
    image: Image,
    name: z.string(),
    /** False: it was here already. */
    made: z.boolean(),
  }),
})
