import type { Terminal } from '@xterm/xterm'
import type { TerminalId } from '#contract/terminal'

const screens = new Map<TerminalId, Terminal>()

/** Makes a screen known for as long as it is there. Returns its undo. */
export function registerScreen(id: TerminalId, screen: Terminal): () => void {
  screens.set(id, screen)
  return () => {
    if (screens.get(id) === screen) screens.delete(id)
  }
}

/** What is typed goes to this terminal from now on. Nothing happens where it has no screen. */
export function focusTerminal(id: TerminalId): void {
  screens.get(id)?.focus()
}
