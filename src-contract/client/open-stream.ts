import { WebSocket } from 'ws'
import type * as z from 'zod'
import { fillPath, type Stream, toQuery } from '../operation.ts'
import { parseRequest } from './client.ts'
import type { Address } from './transport.ts'

// A file of its own: the WebSocket library costs a third of the time that a short command takes, and few need it.

/** Opens a declared stream. The caller owns the socket: frames, flow and closing. */
export function openStream<S extends Stream>(address: Address, declaration: S, raw: z.input<S['request']>): WebSocket {
  const request = parseRequest(declaration, raw)
  const { path, rest } = fillPath(declaration.path, request)
  return openSocket(address, path + toQuery(rest))
}

/** A WebSocket over the unix socket; not yet open. Frames of the guest can be large, so no compression. */
function openSocket({ socketPath }: Address, path: string): WebSocket {
  return new WebSocket(`ws+unix://${socketPath}:${path}`, { perMessageDeflate: false, maxPayload: 32 * 1024 * 1024 })
}
