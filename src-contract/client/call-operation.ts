import type * as z from 'zod'
import { AppError, appError } from '../app-error.ts'
import type { Operation, Stream } from '../operation.ts'
import { parseAnswer } from '../tolerant.ts'
import { WireError } from '../wire-texts.ts'
import { type CallOptions, sendRequest } from './send-request.ts'
import { type Address, exchange, linkError } from './transport.ts'

export type Request<O extends Operation> = z.input<O['request']>
export type Answer<O extends Operation> = z.output<O['response']>

/** Calls any declared operation: validates the request before it leaves and the answer when it arrives. */
export async function callOperation<O extends Operation>(
  address: Address,
  op: O,
  raw: unknown,
  options: CallOptions = {},
): Promise<Answer<O>> {
  const request = parseRequest(op, raw)
  const answer = await sendRequest((given) => exchange(address, given), op, request, options)
  return readAnswer(op, answer.status, answer.text) as Answer<O>
}

/** Parses with the schema of an operation or a stream; what does not fit is refused before it leaves. */
export function parseRequest(op: Operation | Stream, raw: unknown): Record<string, unknown> {
  const parsed = op.request.safeParse(raw)
  if (parsed.success) return parsed.data
  const first = parsed.error.issues[0]
  const where = first?.path.join('.') ?? ''
  throw appError(
    'request-not-valid',
    { what: 'own', where, problem: first?.message ?? 'not valid' },
    { detail: `${op.name}: ${parsed.error.message}` },
  )
}

function readAnswer(op: Operation, status: number, text: string): unknown {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (error) {
    throw linkError(error)
  }
  if (status >= 200 && status < 300) {
    const value = parseAnswer(op.response, body)
    if (value.success) return value.data
    throw appError('answer-not-valid', { what: 'answer' }, { detail: value.error.message })
  }
  const failure = parseAnswer(WireError, body)
  if (failure.success) throw new AppError(failure.data)
  throw appError('answer-not-valid', { what: 'status', status }, { detail: text.slice(0, 2000) })
}
