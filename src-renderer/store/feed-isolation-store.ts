import type { StoreApi } from 'zustand'
import { isolationStream } from '#contract/isolation'
import type { SandboxId } from '#contract/sandbox'
import { saidView } from '../copy/i18n.ts'
import { follow, type StreamHandle } from '../feed.ts'
import type { AgentState } from './agent-state.ts'
import { addView, isolationStore, noIsolation } from './isolation-store.ts'

const retryMs = 2000

/**
 * Keeps the isolation view while somebody looks at it: the agent only observes while it is followed. What was seen of
 * the same scope before stays until the first view comes. Returns its undo.
 */
export function followIsolation(agent: StoreApi<AgentState>, scope: SandboxId | null): () => void {
  let stream: StreamHandle<never> | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  isolationStore.setState((state) => (state.scope === scope ? state : { ...noIsolation, scope }))

  const close = (): void => {
    clearTimeout(retry)
    stream?.close()
    stream = null
  }
  const open = (): void => {
    close()
    stream = follow(isolationStream, scope === null ? {} : { ref: scope }, {
      onMessage: ({ view }) => isolationStore.setState((state) => addView(state, saidView(view))),
      onClosed: (error) => {
        stream = null
        if (error) isolationStore.setState({ error })
        if (agent.getState().link.state === 'live') retry = setTimeout(open, retryMs)
      },
    })
  }
  const offState = agent.subscribe((state, before) => {
    if (state.link.state !== before.link.state) (state.link.state === 'live' ? open : close)()
  })
  if (agent.getState().link.state === 'live') open()
  return () => {
    offState()
    close()
  }
}
