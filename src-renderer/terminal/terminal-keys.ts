/** Of several terminals: which to show, and the way out to the page around them. */
export type TerminalsKey = 'newTerminal' | 'closeTerminal' | 'nextTerminal' | 'previousTerminal' | 'leave'
export type TerminalKey = 'copy' | 'paste' | 'find' | 'larger' | 'smaller' | 'palette' | TerminalsKey

type KeyInfo = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>

const shifted: Readonly<Record<string, TerminalKey>> = {
  ...{ c: 'copy', v: 'paste', f: 'find', p: 'palette', '+': 'larger' },
  ...{ t: 'newTerminal', w: 'closeTerminal', tab: 'previousTerminal', arrowup: 'leave' },
}
const plain: Readonly<Record<string, TerminalKey>> = {
  ...{ '+': 'larger', '=': 'larger', '-': 'smaller', tab: 'nextTerminal' },
}

/** Keys that the window takes from the guest; everything else is the guest's. They are listed in `views/shell/keys.ts`. */
export function findTerminalKey(event: KeyInfo): TerminalKey | null {
  if (!event.ctrlKey || event.altKey || event.metaKey) return null
  return (event.shiftKey ? shifted : plain)[event.key.toLowerCase()] ?? null
}

export function isTerminalsKey(key: TerminalKey): key is TerminalsKey {
  return key === 'leave' || key.endsWith('Terminal')
}
