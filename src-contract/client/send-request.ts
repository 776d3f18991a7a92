import { fillPath, type Method, toQuery } from '../operation.ts'
import { type Address, exchange } from './transport.ts'

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** Sends a request to where an operation is served, and gives the answer as it came. */
export function sendRequest(
  address: Address,
  { method, path: template }: { readonly method: Method; readonly path: string },
  request: Readonly<Record<string, unknown>>,
  { signal }: CallOptions,
): ReturnType<typeof exchange> {
  const { path, rest } = fillPath(template, request)
  const inQuery = method === 'GET' || method === 'DELETE'
  return exchange(address, {
    method,
    path: inQuery ? path + toQuery(rest) : path,
    body: inQuery ? undefined : JSON.stringify(rest),
    signal,
  })
}
