import type { Sandbox } from '#contract/sandbox'
import type { Terminal } from '#contract/terminal'
import { toSafeTitle } from '../../model/plain-text.ts'
import { useAgent } from '../../store/agent-store.ts'
import { type Terminals, terminalsOf } from '../../store/terminal-slice.ts'
import { useTerminals } from '../../store/terminals-store.ts'

export interface NamedTerminal {
  readonly terminal: Terminal
  readonly title: string
  /** It ended with the agent. */
  readonly lost: boolean
}

/** The terminals of a sandbox as they are shown: in order, each with a name that no other has, and the one in front. */
export function useSandboxTerminals(sandbox: Sandbox, mainTitle: string) {
  const present = useAgent((state) => state.terminals)
  const lost = useTerminals((state) => state.lost)
  const chosen = useTerminals((state) => state.chosen.get(sandbox.id))
  const named = nameTerminals({ present, lost, sandboxId: sandbox.id, mainTitle })
  const isChosen = ({ terminal }: NamedTerminal): boolean =>
    chosen === 'main' ? terminal.kind === 'main' : terminal.id === chosen
  return { named, active: named.find(isChosen) ?? named[0] }
}

interface NamingInput {
  readonly present: Terminals
  readonly lost: Terminals
  readonly sandboxId: string
  readonly mainTitle: string
}

/** Pure. What several are called alike is numbered. */
export function nameTerminals({ present, lost, sandboxId, mainTitle }: NamingInput): readonly NamedTerminal[] {
  const seen = new Map<string, number>()
  return terminalsOf(new Map([...present, ...lost]), sandboxId).map((terminal) => {
    const name = terminal.kind === 'main' ? mainTitle : toSafeTitle(terminal.title) || terminal.id
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return { terminal, title: count === 1 ? name : `${name} (${count})`, lost: lost.has(terminal.id) }
  })
}
