import type { WebSocket } from 'ws'
import type * as z from 'zod'
import type { Stream } from '#contract/operation'
import type { Streams } from '#contract/registry'

/** Serves one open socket until it closes. Rejecting sends the client the reason and closes it. */
export type StreamHandler<S extends Stream> = (socket: WebSocket, request: z.output<S['request']>) => Promise<void>
export type StreamHandlers = { readonly [K in keyof Streams]: StreamHandler<Streams[K]> }
