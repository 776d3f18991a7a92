import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { SandboxId } from '#contract/sandbox'
import type { Terminal, TerminalId } from '#contract/terminal'
import { agentStore } from './agent-store.ts'
import type { Terminals } from './terminal-slice.ts'

/** What this window knows of terminals beside the agent, and keeps while pages change. */
interface TerminalsState {
  /** Which one each sandbox shows. The main one has another id after each start of the agent, so it is the word `main`. */
  readonly chosen: ReadonlyMap<SandboxId, string>
  /** Those that ended with the agent they belonged to, until the person closes them. */
  readonly lost: Terminals
}

export const terminalsStore = createStore<TerminalsState>(() => ({ chosen: new Map(), lost: new Map() }))

export function useTerminals<Slice>(select: (state: TerminalsState) => Slice): Slice {
  return useStore(terminalsStore, select)
}

export function chooseTerminal({ sandboxId, id, kind }: Pick<Terminal, 'sandboxId' | 'id' | 'kind'>): void {
  const choice = kind === 'main' ? kind : id
  terminalsStore.setState(({ chosen }) => ({ chosen: new Map(chosen).set(sandboxId, choice) }))
}

/** The person has seen it. */
export function dropLostTerminal(id: TerminalId): void {
  terminalsStore.setState(({ lost }) => ({ lost: new Map([...lost].filter(([each]) => each !== id)) }))
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
