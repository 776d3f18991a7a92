import type { ServerResponse } from 'node:http'
import type { WebSocket } from 'ws'
import type { AgentEvent } from '#contract/observe'
import type { EventLog } from '../state/event-log.ts'

export interface EventSource {
  readonly events: EventLog
  /** Everything there is, as of the newest event. */
  state(): AgentEvent
}

/** A client that leaves this much unread is cut off; it comes back with `since`, and loses nothing. */
const maxUnreadBytes = 8 * 1024 * 1024

/** Sends the past that was requested, then every new fact, to a socket. */
export function serveEventSocket(source: EventSource, socket: WebSocket, since: number | undefined): Promise<void> {
  const undo = follow(source, since, (event) => {
    if (socket.bufferedAmount > maxUnreadBytes) socket.terminate()
    else socket.send(JSON.stringify(event))
  })
  return new Promise((resolve) => {
    socket.once('close', () => {
      undo()
      resolve()
    })
  })
}

/** The same as lines of JSON, for programs without WebSockets. */
export function serveEventLines(source: EventSource, response: ServerResponse, since: number | undefined): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  const undo = follow(source, since, (event) => {
    if (response.writableLength > maxUnreadBytes) response.destroy()
    else response.write(`${JSON.stringify(event)}\n`)
  })
  response.once('close', undo)
}

function follow(
  { events, state }: EventSource,
  since: number | undefined,
  send: (event: AgentEvent) => void,
): () => void {
  const past = since === undefined ? null : events.since(since)
  for (const event of past ?? [state()]) send(event)
  return events.subscribe(send)
}
