import type * as z from 'zod'
import { AppError, appError, WireError } from '../app-error.ts'
import { fillPath, type Operation, type Stream, toQuery } from '../operation.ts'
import { type Operations, operations } from '../registry.ts'
import { type Address, exchange, linkError } from './transport.ts'

export type Request<O extends Operation> = z.input<O['request']>
export type Answer<O extends Operation> = z.output<O['response']>

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** One function per operation of the registry: `client.createSandbox({...})`. */
export type Client = {
  readonly [K in keyof Operations]: (
    request: Request<Operations[K]>,
    options?: CallOptions,
  ) => Promise<Answer<Operations[K]>>
}

/** The typed client that the command line, the window's main process and tests use. Throws AppError only. */
export function createClient(address: Address): Client {
  const bind = (op: Operation) => (request: unknown, options?: CallOptions) =>
    callOperation(address, op, request, options)
  return Object.fromEntries(
    Object.entries(operations).map(([key, op]) => [key, bind(op as unknown as Operation)]),
  ) as unknown as Client
}

/** Calls any declared operation: validates the request before it leaves and the answer when it arrives. */
export async function callOperation<O extends Operation>(
  address: Address,
  op: O,
  raw: unknown,
  { signal }: CallOptions = {},
): Promise<Answer<O>> {
  const request = parseRequest(op, raw)
  const { path, rest } = fillPath(op.path, request)
  const inQuery = op.method === 'GET' || op.method === 'DELETE'
  const answer = await exchange(address, {
    method: op.method,
    path: inQuery ? path + toQuery(rest) : path,
    body: inQuery ? undefined : JSON.stringify(rest),
    signal,
  })
  return parseAnswer(op, answer.status, answer.text) as Answer<O>
}

/** Parses with the schema of an operation or a stream; what does not fit is told before it leaves. */
export function parseRequest(op: Operation | Stream, raw: unknown): Record<string, unknown> {
  const parsed = op.request.safeParse(raw)
  if (parsed.success) return parsed.data
  const first = parsed.error.issues[0]
  const where = first?.path.join('.') ?? ''
  const message = `${where === '' ? '' : `${where}: `}${first?.message ?? 'not valid'}`
  throw appError('invalidRequest', 'request-not-valid', message, { detail: `${op.name}: ${parsed.error.message}` })
}

function parseAnswer(op: Operation, status: number, text: string): unknown {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (error) {
    throw linkError(error)
  }
  if (status >= 200 && status < 300) {
    const value = op.response.safeParse(body)
    if (value.success) return value.data
    const message = 'The agent gave an answer that this version does not understand. Restart the agent.'
    throw appError('internal', 'answer-not-valid', message, { detail: value.error.message })
  }
  const failure = WireError.safeParse(body)
  if (failure.success) throw new AppError(failure.data)
  throw appError('internal', 'answer-not-valid', `The agent answered with status ${status}.`, {
    detail: text.slice(0, 2000),
  })
}
