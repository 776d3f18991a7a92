import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { type AppError, appError } from '#contract/app-error'

/** Who connects and is refused. */
export interface Intruder {
  readonly why: 'sandbox' | 'namespace' | 'gone'
  readonly pid: number | null
  /** The name of its control group, of a sandbox that is its id. */
  readonly id: string | null
}

const unknown: Intruder = { why: 'gone', pid: null, id: null }

/**
 * Evaluates what joey-outside reports of a connection; null: it may speak to the agent. `group` is the control group that this agent's
 * sandboxes are in. What is in another namespace of processes than the agent is in a sandbox or container of some kind, perhaps of
 * another agent. What has no number here was not started from here, as an agent in a container sees its machine.
 */
export function findIntruder(answer: string, group: string): Intruder | null {
  if (answer === '0') return null
  const [, pid, where, groups = ''] = /^(\d+) (here|elsewhere) (.*)$/.exec(answer) ?? []
  if (pid === undefined) return unknown
  const inside = groups
    .split('\t')
    .map((line) => line.split(':').slice(2).join(':'))
    .find((path) => path.startsWith(`${group}/`))
  if (inside !== undefined) {
    return { why: 'sandbox', pid: Number(pid), id: inside.slice(group.length + 1).split('/')[0] ?? '' }
  }
  return where === 'elsewhere' ? { why: 'namespace', pid: Number(pid), id: null } : null
}

/** Of a socket of Node; not among its types. */
interface Handled {
  readonly _handle?: { readonly fd?: number } | null
}

/** Who is refused may be slow to read why, and not for ever. */
const refusalMs = 5_000

/**
 * Has each connection to a server checked before a byte of it is read. Who is refused gets that as the answer, whatever the
 * request, and nothing of it reaches the server.
 */
export function admitOnly(server: Server, check: (descriptor: number) => Promise<Intruder | null>): void {
  const serve = server.listeners('connection')
  server.removeAllListeners('connection')
  Object.assign(server, { pauseOnConnect: true })
  const refuse = createRefusals()
  server.on('connection', (socket: Socket) => {
    // A server that has taken it over listens itself.
    socket.on('error', () => undefined)
    const checked = check((socket as Handled)._handle?.fd ?? -1)
    // Whatever has failed meanwhile: nobody comes in unchecked, and nobody ends the agent by it.
    void checked
      .catch(() => unknown)
      .then((intruder) => {
        if (intruder !== null) refuse(socket, appError('caller-refused', { why: intruder.why }))
        else for (const each of serve) each.call(server, socket)
        socket.resume()
      })
  })
}

/** A server that has one answer for whoever is handed to it. */
function createRefusals(): (socket: Socket, error: AppError) => void {
  const reasons = new WeakMap<Socket, AppError>()
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(403, { 'content-type': 'application/json', connection: 'close' })
    response.end(JSON.stringify(reasons.get(request.socket)?.wire))
  })
  return (socket, error) => {
    reasons.set(socket, error)
    socket.setTimeout(refusalMs, () => socket.destroy())
    server.emit('connection', socket)
  }
}
