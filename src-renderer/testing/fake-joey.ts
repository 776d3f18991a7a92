import type { AgentLink } from '#contract/app'
import { channels, type PortDown, type PortUp } from '#contract/app'
import type { AppError, Reply } from '#contract/app-error'
import type { JoeyBridge } from '../bridge.ts'

type Handler = (request: never) => unknown
export type Send = (message: PortDown) => void
type StreamHandler = (request: never, send: Send) => ((message: PortUp) => void) | undefined

interface FakeOptions {
  readonly calls?: Readonly<Record<string, Handler>>
  readonly streams?: Readonly<Record<string, StreamHandler>>
  readonly link?: AgentLink
}

export interface FakeJoey extends JoeyBridge {
  /** Every request, in order. */
  readonly requests: { readonly name: string; readonly request: unknown }[]
  setLink(link: AgentLink): void
}

/** The bridge without Electron: the same promises, ports and messages, answered by functions of the test. */
export function makeFakeJoey({ calls = {}, streams = {}, link = { state: 'live' } }: FakeOptions): FakeJoey {
  const requests: FakeJoey['requests'] = []
  const listeners = new Set<(link: AgentLink) => void>()
  let present = link
  return {
    requests,
    pathOf: (file) => `/dropped/${file.name}`,
    async call(name, request): Promise<Reply<unknown>> {
      requests.push({ name, request })
      try {
        return { ok: true, value: await calls[name]?.(request as never) }
      } catch (error) {
        return { ok: false, error: (error as AppError).wire }
      }
    },
    async open(name, request, id): Promise<Reply<null>> {
      const { port1, port2 } = new MessageChannel()
      const receive = streams[name]?.(request as never, (message) => port1.postMessage(message))
      port1.onmessage = (event: MessageEvent<PortUp>) => receive?.(event.data)
      // By hand: jsdom's postMessage passes no ports on.
      const facts = { data: { channel: channels.port, id }, origin: location.origin, source: window, ports: [port2] }
      window.dispatchEvent(Object.assign(new Event('message'), facts))
      return { ok: true, value: null }
    },
    onLink(listener) {
      listeners.add(listener)
      listener(present)
      return () => listeners.delete(listener)
    },
    setLink(next) {
      present = next
      for (const listener of listeners) listener(next)
    },
  }
}
