import type { SandboxId } from '#contract/sandbox'
import type { Terminal, TerminalId } from '#contract/terminal'
import { toSafeTitle } from '../../model/plain-text.ts'
import { type Terminals, terminalsOf } from '../../store/terminal-slice.ts'

interface NamingInput {
  readonly present: Terminals
  readonly lost: Terminals
  readonly sandboxId: SandboxId
  readonly mainTitle: string
  /** What the guest calls some of them, already harmless. */
  readonly titles: ReadonlyMap<TerminalId, string>
}

interface NamedTerminal {
  readonly terminal: Terminal
  readonly title: string
  /** It ended with the agent. */
  readonly lost: boolean
}

/** Pure. The terminals of a sandbox in order. What several are called alike is numbered. */
export function nameTerminals(input: NamingInput): readonly NamedTerminal[] {
  const { present, lost, sandboxId, mainTitle, titles } = input
  const seen = new Map<string, number>()
  return terminalsOf(new Map([...present, ...lost]), sandboxId).map((terminal) => {
    const own = terminal.kind === 'main' ? mainTitle : toSafeTitle(terminal.title) || terminal.id
    const name = titles.get(terminal.id) ?? own
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return { terminal, title: count === 1 ? name : `${name} (${count})`, lost: lost.has(terminal.id) }
  })
}
