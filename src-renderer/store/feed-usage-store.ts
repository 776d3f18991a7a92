import type { StoreApi } from 'zustand'
import { usageStream } from '#contract/observe'
import { follow, type StreamHandle } from '../feed.ts'
import type { AgentState } from './agent-state.ts'
import { addSamples, usageStore } from './usage-store.ts'

const retryMs = 2000

/** Keeps the usage of all sandboxes while the agent is there. Forgets sandboxes that are gone. */
export function feedUsageStore(agent: StoreApi<AgentState>): () => void {
  let stream: StreamHandle<never> | null = null
  let retry: ReturnType<typeof setTimeout> | undefined

  const close = (): void => {
    clearTimeout(retry)
    stream?.close()
    stream = null
  }
  const open = (): void => {
    close()
    const onClosed = (): void => {
      stream = null
      if (agent.getState().link.state === 'live') retry = setTimeout(open, retryMs)
    }
    stream = follow(
      usageStream,
      { history: true },
      {
        onMessage: ({ samples }) => usageStore.setState(({ usage }) => ({ usage: addSamples(usage, samples) })),
        onClosed,
      },
    )
  }
  const offState = agent.subscribe((state, before) => {
    if (state.link.state !== before.link.state) (state.link.state === 'live' ? open : close)()
    if (state.sandboxes.size < before.sandboxes.size) forgetGone(state)
  })
  if (agent.getState().link.state === 'live') open()
  return () => {
    offState()
    close()
  }
}

function forgetGone({ sandboxes }: AgentState): void {
  usageStore.setState(({ usage }) => ({ usage: new Map([...usage].filter(([id]) => sandboxes.has(id))) }))
}
