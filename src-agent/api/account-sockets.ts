import { chmodSync, lchownSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import type { Server as HttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { basename, dirname, join } from 'node:path'

/** The sockets on which an agent of root's answers to other accounts. */
export interface AccountSockets {
  /** Resolves with the account's socket once it answers. MUST have no effect where that account is served already. */
  serve(uid: number): Promise<string>
  /** Who is served besides root. */
  accounts(): readonly number[]
  close(): Promise<void>
}

/**
 * Hands connections of other accounts to the agent's server, checked as those on its own socket. What keeps everybody else away is
 * the folder, which belongs to the account and is closed to all others.
 */
export function createAccountSockets(http: HttpServer, socketOf: (uid: number) => string): AccountSockets {
  const served = new Map<number, Promise<{ readonly path: string; readonly server: Server }>>()
  return {
    async serve(uid) {
      const listening = served.get(uid) ?? listen(http, uid, socketOf(uid))
      served.set(uid, listening)
      try {
        return (await listening).path
      } catch (error) {
        served.delete(uid)
        throw error
      }
    },
    accounts: () => [...served.keys()],
    async close() {
      for (const { path, server } of await Promise.all(served.values())) {
        // Its connections are the HTTP server's, which ends them.
        server.close()
        rmSync(path, { force: true })
      }
      served.clear()
    },
  }
}

async function listen(http: HttpServer, uid: number, path: string): Promise<{ path: string; server: Server }> {
  makeFolder(dirname(path), uid)
  // Made where only the agent may write, and put in its place when it is ready: what the account may have put there is not followed.
  const own = join(dirname(dirname(path)), `.${uid}-${basename(path)}`)
  rmSync(own, { force: true })
  // Where connections are checked, nothing of them is read before (admit.ts).
  const { pauseOnConnect = false } = http as { pauseOnConnect?: boolean }
  const server = createServer({ pauseOnConnect }, (socket) => http.emit('connection', socket))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(own, resolve)
  })
  chmodSync(own, 0o600)
  lchownSync(own, uid, -1)
  renameSync(own, path)
  return { path, server }
}

function makeFolder(folder: string, uid: number): void {
  mkdirSync(dirname(folder), { recursive: true, mode: 0o755 })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  lchownSync(folder, uid, -1)
}
