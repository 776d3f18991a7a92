import { fillPath, type Method, toQuery } from '../operation.ts'
import type { Answer, Exchange } from './transport.ts'

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** Sends a request to where an operation is served, and gives the answer as it came. */
export function sendRequest(
  exchange: (options: Exchange) => Promise<Answer>,
  { method, path: template }: { readonly method: Method; readonly path: string },
  request: Readonly<Record<string, unknown>>,
  { signal }: CallOptions,
): Promise<Answer> {
  const { path, rest } = fillPath(template, request)
  const inQuery = method === 'GET' || method === 'DELETE'
  return exchange({
    method,
    path: inQuery ? path + toQuery(rest) : path,
    body: inQuery ? undefined : JSON.stringify(rest),
    signal,
  })
}
