/** Keys that mean the tabs and panes around a terminal, and the way out to them. */
export type TerminalsKey = (typeof terminalsKeys)[number]
export type TerminalKey = 'copy' | 'paste' | 'find' | 'larger' | 'smaller' | 'clear' | 'palette' | TerminalsKey

type KeyInfo = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>

const terminalsKeys = [
  ...(['newTerminal', 'closeTerminal', 'nextTerminal', 'previousTerminal', 'moveRight', 'moveLeft'] as const),
  ...(['split', 'nextPane', 'previousPane', 'full', 'hide', 'leave'] as const),
] as const

const shifted: Readonly<Record<string, TerminalKey>> = {
  ...{ c: 'copy', v: 'paste', f: 'find', p: 'palette', '+': 'larger', k: 'clear' },
  ...{ t: 'newTerminal', w: 'closeTerminal', tab: 'previousTerminal', arrowup: 'leave' },
  ...{ d: 'split', arrowright: 'nextPane', arrowleft: 'previousPane', m: 'full' },
  ...{ pagedown: 'moveRight', pageup: 'moveLeft' },
}
const plain: Readonly<Record<string, TerminalKey>> = {
  ...{ '+': 'larger', '=': 'larger', '-': 'smaller', tab: 'nextTerminal' },
}

/** Keys that the window takes from the guest; everything else is the guest's. They are listed in `views/shell/keys.ts`. */
export function findTerminalKey(event: KeyInfo): TerminalKey | null {
  if (!event.ctrlKey || event.altKey || event.metaKey) return null
  if (isDockKey(event)) return 'hide'
  return (event.shiftKey ? shifted : plain)[event.key.toLowerCase()] ?? null
}

/** By its place: on many keyboards the key left of 1 is a dead one, or another letter. */
export function isDockKey({ code, ctrlKey, shiftKey, altKey, metaKey }: KeyInfo): boolean {
  return ctrlKey && !shiftKey && !altKey && !metaKey && code === 'Backquote'
}

export function isTerminalsKey(key: TerminalKey): key is TerminalsKey {
  return terminalsKeys.some((each) => each === key)
}
