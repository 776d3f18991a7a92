import * as z from 'zod'
import { AppError, appError } from '#contract/app-error'
import { parseAnswer } from '#contract/tolerant'
import { WireError } from '#contract/wire-texts'
import './bridge.ts'

interface Callable<Req extends z.ZodType, Res extends z.ZodType> {
  readonly name: string
  readonly request: Req
  readonly response: Res
}

const AnyReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: WireError }),
])

/** Takes a reply of the bridge apart: its value, or the error it carries as a throw. */
export function unwrapReply(name: string, raw: unknown): unknown {
  const reply = parseAnswer(AnyReply, raw)
  if (!reply.success) throw badAnswer(name, reply.error)
  if (!reply.data.ok) throw new AppError(reply.data.error)
  return reply.data.value
}

/** The page's only door for requests. Throws AppError, nothing else. */
export async function call<Req extends z.ZodType, Res extends z.ZodType>(
  operation: Callable<Req, Res>,
  request: z.input<Req>,
): Promise<z.output<Res>> {
  const checked = operation.request.safeParse(request)
  if (!checked.success) {
    throw appError(
      'request-not-valid',
      { what: 'own', problem: checked.error.issues[0]?.message ?? 'The request is not valid.' },
      { detail: z.prettifyError(checked.error) },
    )
  }
  try {
    const value = unwrapReply(operation.name, await window.joey.call(operation.name, checked.data))
    const answer = parseAnswer(operation.response, value)
    if (!answer.success) throw badAnswer(operation.name, answer.error)
    return answer.data
  } catch (error) {
    throw AppError.from(error)
  }
}

/** An answer that breaks the contract is a bug of ours, never shown as data. */
export function badAnswer(name: string, error: z.ZodError): AppError {
  return appError('bad-answer', {}, { detail: `${name}: ${z.prettifyError(error)}` })
}
