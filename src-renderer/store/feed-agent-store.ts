import type { StoreApi } from 'zustand'
import { type AgentEvent, AnyEvent, eventStream } from '#contract/observe'
import { follow, type StreamHandle } from '../feed.ts'
import { type AgentState, applyEvent, applyLink, missedEvents, skipEvent } from './agent-state.ts'

const retryMs = { first: 250, most: 5000 }

interface Options {
  /** What the agent found and repaired, or needs the person to know. */
  readonly onNotice: (notice: Extract<AgentEvent, { type: 'notice' }>) => void
}

/** The only writer of the agent's state. Started once, outside React; returns its own undo. */
export function feedAgentStore(store: StoreApi<AgentState>, { onNotice }: Options): () => void {
  let stream: StreamHandle<never> | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let waitMs = retryMs.first

  const close = (): void => {
    clearTimeout(retry)
    stream?.close()
    stream = null
  }
  const reopen = (): void => {
    close()
    stream = follow(eventStream, {}, { onMessage: receive, onUnknown: passOver, onClosed: retryLater })
  }
  const retryLater = (): void => {
    stream = null
    if (store.getState().link.state !== 'live') return
    retry = setTimeout(reopen, waitMs)
    waitMs = Math.min(waitMs * 2, retryMs.most)
  }
  const receive = (event: AgentEvent): void => {
    if (missedEvents(store.getState(), event)) return reopen()
    waitMs = retryMs.first
    store.setState((state) => applyEvent(state, event))
    if (event.type === 'notice') onNotice(event)
  }

  /** An event of a later version of the agent: it has nothing that is shown here, but the next one follows it. */
  const passOver = (message: unknown): void => {
    const event = AnyEvent.safeParse(message)
    if (!event.success) return
    if (missedEvents(store.getState(), event.data)) return reopen()
    store.setState((state) => skipEvent(state, event.data))
  }

  const offLink = window.joey.onLink((link) => {
    store.setState((state) => applyLink(state, link))
    if (link.state === 'live') reopen()
    else close()
  })
  return () => {
    offLink()
    close()
  }
}
