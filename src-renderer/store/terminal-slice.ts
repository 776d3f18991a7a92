import type { AgentEvent } from '#contract/observe'
import type { SandboxId } from '#contract/sandbox'
import type { Terminal, TerminalId } from '#contract/terminal'
import { without } from './sandbox-slice.ts'

export type Terminals = ReadonlyMap<TerminalId, Terminal>

export function reduceTerminals(terminals: Terminals, event: AgentEvent): Terminals {
  switch (event.type) {
    case 'state':
      return new Map(event.terminals.map((terminal) => [terminal.id, terminal]))
    case 'terminal.changed':
      return new Map(terminals).set(event.terminal.id, event.terminal)
    case 'terminal.removed':
      return without(terminals, event.id)
    default:
      return terminals
  }
}

/** Those of one sandbox: the main one first, then in the order they were opened. */
export function terminalsOf(terminals: Terminals, sandboxId: SandboxId): Terminal[] {
  return [...terminals.values()]
    .filter((terminal) => terminal.sandboxId === sandboxId)
    .sort((a, b) => Number(b.kind === 'main') - Number(a.kind === 'main') || a.createdAt.localeCompare(b.createdAt))
}
