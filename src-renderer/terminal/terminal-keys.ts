export type TerminalKey = 'copy' | 'paste' | 'find' | 'larger' | 'smaller' | 'palette'

type KeyInfo = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>

/** Keys that the window takes from the guest; everything else is the guest's. */
export function findTerminalKey(event: KeyInfo): TerminalKey | null {
  if (!event.ctrlKey || event.altKey || event.metaKey) return null
  const key = event.key.toLowerCase()
  if (event.shiftKey) {
    const shifted: Readonly<Record<string, TerminalKey>> = {
      c: 'copy',
      v: 'paste',
      f: 'find',
      p: 'palette',
      '+': 'larger',
    }
    return shifted[key] ?? null
  }
  if (key === '+' || key === '=') return 'larger'
  return key === '-' ? 'smaller' : null
}
