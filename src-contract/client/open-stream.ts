import { WebSocket } from 'ws'
import { fillPath, toQuery } from '../operation.ts'
import type { Address } from './transport.ts'

// A file of its own: the WebSocket library costs a third of the time that a short command takes, and few need it.

/** Opens a declared stream, not yet open. The caller owns the socket: frames, flow and closing. */
export function openStream(
  { socketPath }: Address,
  { path: template }: { readonly path: string },
  request: Readonly<Record<string, unknown>>,
): WebSocket {
  const { path, rest } = fillPath(template, request)
  // Frames of the guest can be large, so no compression.
  return new WebSocket(`ws+unix://${socketPath}:${path}${toQuery(rest)}`, {
    perMessageDeflate: false,
    maxPayload: 32 * 1024 * 1024,
  })
}
