import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { type AgentState, initialAgentState } from './agent-state.ts'

/** The mirror of the agent's state. Written by `feedAgentStore` alone. */
export const agentStore = createStore<AgentState>(() => initialAgentState)

export function useAgent<Slice>(select: (state: AgentState) => Slice): Slice {
  return useStore(agentStore, select)
}

/** False while what is shown may be out of date: actions are then disabled. */
export function useIsLive(): boolean {
  return useAgent((state) => state.link.state === 'live' && !state.stale)
}
