import * as z from 'zod'
import { mayGrow } from './tolerant.ts'

/*
 * What a person reads, as it travels. Apart from the functions that make it, because those are needed where nothing is
 * parsed, and the schemas take longer to build than most commands.
 */

/**
 * Classes of failure, chosen by what the caller should do.
 * - `invalidRequest`: correct the request; nothing was changed.
 * - `notFound`: the thing named does not exist (any more).
 * - `conflict`: the thing is in a state, or a name is taken, that forbids this now.
 * - `refused`: policy says no; the message says why.
 * - `unavailable`: something on this host is missing or does not answer; the remedy says what to do.
 * - `tooLarge`: more than the limit that the message names.
 * - `cancelled` / `timeout`: the caller, or a deadline, ended it.
 * - `engine`: an engine (runtime, image tool, packet filter) failed; its words are in `detail`.
 * - `internal`: a bug in Joey.
 */
export const ErrorCode = mayGrow(
  z.enum([
    'invalidRequest',
    'notFound',
    'conflict',
    'refused',
    'unavailable',
    'tooLarge',
    'cancelled',
    'timeout',
    'engine',
    'internal',
  ]),
  'internal',
)
export type ErrorCode = z.infer<typeof ErrorCode>

/** What makes a text in other languages, where the text itself stands in a field of its own. */
export const Wording = z.strictObject({
  reason: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
})
export type Wording = z.infer<typeof Wording>

/** What the person can do next. Every kind maps to exactly one button in the window. */
export const Remedy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('retry') }),
  z.strictObject({ kind: z.literal('startAgent') }),
  z.strictObject({
    kind: z.literal('runCommand'),
    command: z.string(),
    why: z.string(),
    /** What makes `why` in other languages, where it is not the remedy that the reason always has. */
    whyWording: Wording.optional(),
  }),
  z.strictObject({ kind: z.literal('openLog'), path: z.string() }),
])
export type Remedy = z.infer<typeof Remedy>

/** The shape that crosses a process boundary; `detail` is raw tool output, never a dialog's title. */
export const WireError = z.strictObject({
  code: ErrorCode,
  /** Stable kebab-case name of this very failure, for scripts and translations: `sandbox-name-taken`. */
  reason: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  /** One or two plain sentences: what happened and what to do. */
  message: z.string().min(1),
  /** Values that stand in the message, for a translated one. */
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  remedy: mayGrow(Remedy.optional(), undefined),
  detail: z.string().optional(),
})
export type WireError = z.infer<typeof WireError>

/** What the agent has to say that is no failure, as it travels: `message` in English, the rest for other languages. */
export const Sentence = z.strictObject({
  reason: Wording.shape.reason,
  message: z.string().min(1),
  params: Wording.shape.params,
})
export type Sentence = z.infer<typeof Sentence>
