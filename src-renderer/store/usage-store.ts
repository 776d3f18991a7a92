import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { UsageSample } from '#contract/observe'
import type { SandboxId } from '#contract/sandbox'

/** Ten minutes at one sample a second: what the agent keeps too. */
const keptSamples = 600

/** Oldest first. */
export type UsageHistory = readonly UsageSample[]
export type UsageState = ReadonlyMap<SandboxId, UsageHistory>

/** Pure. Samples that are not newer than the last known of their sandbox are dropped: history is sent again on reconnect. */
export function addSamples(state: UsageState, samples: readonly UsageSample[]): UsageState {
  const grown = new Map<SandboxId, UsageSample[]>()
  for (const sample of samples) {
    const history = grown.get(sample.id) ?? [...(state.get(sample.id) ?? [])]
    const last = history.at(-1)
    if (last && last.at >= sample.at) continue
    history.push(sample)
    grown.set(sample.id, history)
  }
  const next = new Map<SandboxId, UsageHistory>(state)
  for (const [id, history] of grown) next.set(id, history.slice(-keptSamples))
  return next
}

export const usageStore = createStore<{ readonly usage: UsageState }>(() => ({ usage: new Map() }))

const none: UsageHistory = []

export function useUsage(id: SandboxId): UsageHistory {
  return useStore(usageStore, ({ usage }) => usage.get(id) ?? none)
}
