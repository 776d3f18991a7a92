import type { WebSocket } from 'ws'
import type { SandboxId } from '#contract/sandbox'
import type { IsolationService } from '../observe/isolation/service.ts'

/** A client that leaves this much unread gets the view as it is when it has caught up. */
const maxUnreadBytes = 4 * 1024 * 1024

/** Sends the view whenever it has changed, until the client goes. */
export function serveIsolation(
  socket: WebSocket,
  isolation: IsolationService,
  id: SandboxId | undefined,
): Promise<void> {
  const undo = isolation.subscribe(id, (view) => {
    if (socket.bufferedAmount >= maxUnreadBytes) return false
    socket.send(JSON.stringify({ type: 'view', view }))
    return true
  })
  return new Promise((resolve) => {
    socket.once('close', () => {
      undo()
      resolve()
    })
  })
}
