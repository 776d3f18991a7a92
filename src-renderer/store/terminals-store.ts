import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Terminal, TerminalId } from '#contract/terminal'
import { agentStore } from './agent-store.ts'
import type { Terminals } from './terminal-slice.ts'

/** What has happened in a terminal while nobody looked: a bell outweighs mere output. */
export type Mark = 'activity' | 'bell'

/** What this window knows of terminals beside the agent. */
interface TerminalsState {
  /** Those that ended with the agent they belonged to, until the person closes them. */
  readonly lost: Terminals
  /** What the guest calls each of them, made harmless. */
  readonly titles: ReadonlyMap<TerminalId, string>
  readonly marks: ReadonlyMap<TerminalId, Mark>
}

export const terminalsStore = createStore<TerminalsState>(() => ({
  lost: new Map(),
  titles: new Map(),
  marks: new Map(),
}))

export function useTerminals<Slice>(select: (state: TerminalsState) => Slice): Slice {
  return useStore(terminalsStore, select)
}

/** An empty title is none. */
export function titleTerminal(id: TerminalId, title: string): void {
  const { titles } = terminalsStore.getState()
  if ((titles.get(id) ?? '') !== title) terminalsStore.setState({ titles: withEntry(titles, id, title || null) })
}

export function markTerminal(id: TerminalId, mark: Mark): void {
  const { marks } = terminalsStore.getState()
  const before = marks.get(id)
  if (before !== 'bell' && before !== mark) terminalsStore.setState({ marks: withEntry(marks, id, mark) })
}

/** Somebody looks at it. */
export function unmarkTerminal(id: TerminalId): void {
  const { marks } = terminalsStore.getState()
  if (marks.has(id)) terminalsStore.setState({ marks: withEntry(marks, id, null) })
}

/** The person has seen it. */
export function dropLostTerminal(id: TerminalId): void {
  terminalsStore.setState(({ lost }) => ({ lost: withEntry(lost, id, null) }))
}

function withEntry<Value>(
  map: ReadonlyMap<TerminalId, Value>,
  id: TerminalId,
  value: Value | null,
): ReadonlyMap<TerminalId, Value> {
  const next = new Map(map)
  if (value === null) next.delete(id)
  else next.set(id, value)
  return next
}

/** Those that ran before the agent was away and are not among those it has now. */
export function findLost(before: Terminals, after: Terminals): readonly Terminal[] {
  return [...before.values()].filter(({ id, kind, state }) => kind === 'exec' && state === 'running' && !after.has(id))
}

/** Keeps what an agent that ended has taken with it. Started once; returns its undo. */
export function followLostTerminals(): () => void {
  return agentStore.subscribe((now, before) => {
    if (!before.stale || now.stale) return
    const found = findLost(before.terminals, now.terminals).filter(({ sandboxId }) => now.sandboxes.has(sandboxId))
    if (found.length === 0) return
    const ended = found.map((each) => [each.id, { ...each, state: 'exited', exitCode: null }] as const)
    terminalsStore.setState(({ lost }) => ({ lost: new Map([...lost, ...ended]) }))
  })
}
