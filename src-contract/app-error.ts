import { flattenParams, type GivenParams, type Params, type ParamsOf, type ReasonEntry } from './reasons/define.ts'
import { reasons } from './reasons/index.ts'
import { fillRemedy, fillTemplate } from './reasons/template.ts'
import type { WireError } from './wire-texts.ts'

export type { ErrorCode, Remedy, WireError } from './wire-texts.ts'

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
    return appError('internal', {}, { detail, cause: error })
  }
}

export type Reason = keyof typeof reasons
export type ReasonParams<R extends Reason> = ParamsOf<(typeof reasons)[R]>
type More = Partial<Pick<WireError, 'remedy' | 'detail'>> & ErrorOptions
type Rest<R extends Reason> = (typeof reasons)[R] extends { readonly params: unknown }
  ? [params: ReasonParams<R>, more?: More]
  : [params?: Readonly<Record<string, never>>, more?: More]

/**
 * A failure for one of the reasons in `reasons/`: its class, its sentence and its remedy come from there. `more.remedy`
 * replaces the table's where only the caller knows what helps here.
 */
export function appError<R extends Reason>(reason: R, ...rest: Rest<R>): AppError
export function appError(reason: Reason, given: GivenParams = {}, more: More = {}): AppError {
  const { cause, ...rest } = more
  return new AppError({ ...wireOf(reason, flattenParams(given)), ...rest }, cause === undefined ? undefined : { cause })
}

function wireOf(reason: Reason, params: Params): WireError {
  const { code, sentence, remedy: template }: ReasonEntry = reasons[reason]
  const remedy = template && fillRemedy(template, params)
  return {
    code,
    reason,
    message: fillTemplate(sentence, params),
    ...(Object.keys(params).length > 0 && { params }),
    ...(remedy && { remedy }),
  }
}
