import { MessageChannelMain } from 'electron'
import * as z from 'zod'
import { channels } from '#contract/app'
import { appError } from '#contract/app-error'
import { parseRequest } from '#contract/client/call-operation'
import { openStream } from '#contract/client/open-stream'
import type { Address } from '#contract/client/transport'
import type { Stream } from '#contract/operation'
import { terminalStream } from '#contract/terminal'
import { windowStreams } from '#contract/window'
import { bridgeStream } from '../agent/stream-bridge.ts'
import { untilOpen } from '../agent/until-open.ts'
import type { Expose, Page } from './expose.ts'

interface Deps {
  readonly address: Address
  readonly lifetimeOf: (page: Page) => AbortSignal
  readonly onLinkTrouble: () => void
  /** Resolves when the page has worked off what it was sent. */
  readonly drained: (page: Page) => Promise<void>
}

const offered: ReadonlyMap<string, Stream> = new Map(windowStreams.map((stream) => [stream.name, stream]))

/** More than any window shows at once; a page that asks for more has gone wrong. */
const mostStreams = 128

const StreamKey = z.string().min(1).max(64)
const OpenMessage = z.strictObject({ id: StreamKey, name: z.string().max(64), request: z.unknown() })

/** Binds the channel that opens streams. The port is posted to the page before the reply. */
export function exposeStreams(expose: Expose, deps: Deps): void {
  const openByPage = new WeakMap<AbortSignal, number>()
  expose(channels.open, OpenMessage, async ({ id, name, request }, page) => {
    const stream = offered.get(name)
    if (!stream) throw appError('stream-not-offered', {}, { detail: name })
    const lifetime = deps.lifetimeOf(page)
    const count = openByPage.get(lifetime) ?? 0
    if (count >= mostStreams) throw appError('too-many-streams')
    openByPage.set(lifetime, count + 1)
    const release = (): void => void openByPage.set(lifetime, (openByPage.get(lifetime) ?? 1) - 1)
    const port = await connect(stream, request, { page, lifetime, release, deps })
    page.frame.postMessage(channels.port, { id }, [port])
    return null
  })
}

interface Connection {
  readonly page: Page
  readonly lifetime: AbortSignal
  readonly release: () => void
  readonly deps: Deps
}

async function connect(stream: Stream, request: unknown, { page, lifetime, release, deps }: Connection) {
  let socket: ReturnType<typeof openStream>
  try {
    socket = openStream(deps.address, stream, parseRequest(stream, request))
  } catch (error) {
    release()
    throw error
  }
  const { port1, port2 } = new MessageChannelMain()
  const isTerminal = stream === terminalStream
  // Before the socket is open, because its first frames may come in the same turn as the news that it is.
  const end = bridgeStream({
    socket,
    port: port1,
    mayWrite: isTerminal,
    // A terminal's viewer acknowledges what it has shown, so the agent holds back by itself.
    drained: isTerminal ? null : () => deps.drained(page),
    onDidEnd: ({ lost }) => {
      lifetime.removeEventListener('abort', end)
      release()
      if (lost) deps.onLinkTrouble()
    },
  })
  lifetime.addEventListener('abort', end, { once: true })
  try {
    await untilOpen(socket)
    return port2
  } catch (error) {
    end()
    throw error
  }
}
