import * as z from 'zod'

/**
 * Classes of failure, chosen by what the caller should do.
 * - `invalidRequest`: mend the request; nothing was changed.
 * - `notFound`: the thing named does not exist (any more).
 * - `conflict`: the thing is in a state, or a name is taken, that forbids this now.
 * - `refused`: policy says no; the message says why.
 * - `unavailable`: something on this host is missing or does not answer; the remedy says what to do.
 * - `tooLarge`: more than the limit that the message names.
 * - `cancelled` / `timeout`: the caller, or a deadline, ended it.
 * - `engine`: an engine (runtime, image tool, packet filter) failed; its words are in `detail`.
 * - `internal`: a bug in Joey.
 */
export const ErrorCode = z.enum([
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
])
export type ErrorCode = z.infer<typeof ErrorCode>

/** What the person can do next. Every kind maps to exactly one button in the window. */
export const Remedy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('retry') }),
  z.strictObject({ kind: z.literal('startAgent') }),
  z.strictObject({ kind: z.literal('runCommand'), command: z.string(), why: z.string() }),
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
  remedy: Remedy.optional(),
  detail: z.string().optional(),
})
export type WireError = z.infer<typeof WireError>

/** A reply across a boundary that cannot throw: errors travel as data. */
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: WireError }

/** An expected failure. Anything else that reaches a boundary is a bug and becomes `internal`. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly wire: WireError

  constructor(wire: WireError, options?: ErrorOptions) {
    super(wire.message, options)
    this.wire = wire
  }

  /** The one conversion at each boundary. */
  static from(error: unknown): AppError {
    if (error instanceof AppError) return error
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const message = 'Something went wrong inside Joey. The details are in the log of the agent.'
    return new AppError({ code: 'internal', reason: 'internal', message, detail }, { cause: error })
  }
}

/** Short form for the most frequent throw: class, reason, sentence. */
export function appError(
  code: ErrorCode,
  reason: string,
  message: string,
  more: Partial<Pick<WireError, 'params' | 'remedy' | 'detail'>> & ErrorOptions = {},
): AppError {
  const { cause, ...rest } = more
  return new AppError({ code, reason, message, ...rest }, cause === undefined ? undefined : { cause })
}
