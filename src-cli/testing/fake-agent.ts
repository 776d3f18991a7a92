import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'

export interface FakeAgent {
  readonly socketPath: string
  readonly close: () => Promise<void>
}

/** A socket that behaves as a test directs it, for what a real agent does only rarely. */
export async function startFakeAgent(serve: (socket: WebSocket) => void): Promise<FakeAgent> {
  const folder = mkdtempSync(join(tmpdir(), 'jy-fake-'))
  const socketPath = join(folder, 'joeyd.sock')
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', serve)
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  return {
    socketPath,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
