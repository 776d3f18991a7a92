import { expect, onTestFinished, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { newEvent, state } from '#contract/testing/newer-agent'
import { makeFakeJoey, type Send } from '../testing/fake-joey.ts'
import { type AgentState, initialAgentState } from './agent-state.ts'
import { feedAgentStore } from './feed-agent-store.ts'

test('an event of a later agent is passed over, and the next one follows it', async () => {
  const opened: Send[] = []
  const joey = makeFakeJoey({
    streams: {
      events: (_request, send) => {
        opened.push(send)
        return undefined
      },
    },
  })
  Object.assign(window, { joey })
  const store = createStore<AgentState>(() => initialAgentState)
  const onNotice = vi.fn()
  onTestFinished(feedAgentStore(store, { onNotice }))
  await expect.poll(() => opened).toHaveLength(1)

  const [send] = opened
  const notice = { type: 'notice', seq: newEvent.seq + 1, at: newEvent.at, reason: 'granted', message: 'Given.' }
  for (const event of [state, newEvent, notice]) send?.({ type: 'text', text: JSON.stringify(event) })

  await expect.poll(() => onNotice).toHaveBeenCalledOnce()
  expect(store.getState()).toMatchObject({ seq: notice.seq, stale: false })
  expect(opened).toHaveLength(1)
})
