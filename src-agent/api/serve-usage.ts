import type { WebSocket } from 'ws'
import type { UsageDown } from '#contract/observe'
import type { Sampler } from '../observe/usage/sampler.ts'

/** A client that leaves this much unread misses a second, and no more: the next sample says where things stand. */
const maxUnreadBytes = 1024 * 1024

/** Sends samples once a second until the client goes. */
export function serveUsage(
  socket: WebSocket,
  sampler: Sampler,
  options: { readonly id?: string; readonly history: boolean },
): Promise<void> {
  const { id, history } = options
  const undo = sampler.subscribe(
    (samples) => {
      if (socket.bufferedAmount < maxUnreadBytes)
        socket.send(JSON.stringify({ type: 'usage', samples } satisfies UsageDown))
    },
    { ...(id === undefined ? {} : { id }), history },
  )
  return new Promise((resolve) => {
    socket.once('close', () => {
      undo()
      resolve()
    })
  })
}
