import { enterDock } from '../../store/dock-store.ts'
import { openCreate, openKeys, uiStore } from '../../store/ui-store.ts'
import { isDockKey } from '../../terminal/terminal-keys.ts'

type KeyInfo = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>
type Shortcut = 'palette' | 'search' | 'create' | 'keys' | 'dock'
/** `own`: the keys without Ctrl are of what stands there. */
type Place = 'page' | 'own' | 'text' | 'terminal'

/** Which shortcut a key press is. In a terminal all belongs to the guest but Ctrl+Shift+P (Cmd+K): Ctrl+K is a shell's. */
export function findShortcut(event: KeyInfo, place: Place): Shortcut | null {
  const key = event.key.toLowerCase()
  if (isDockKey(event)) return place === 'terminal' ? null : 'dock'
  if (event.ctrlKey && event.shiftKey && key === 'p') return 'palette'
  if (key === 'k' && !event.shiftKey && !event.altKey) {
    if (event.metaKey || (event.ctrlKey && place !== 'terminal')) return 'palette'
  }
  if (place !== 'page' || event.ctrlKey || event.metaKey || event.altKey) return null
  if (key === '/') return 'search'
  if (key === '?') return 'keys'
  return key === 'n' ? 'create' : null
}

function placeOf(target: EventTarget | null): Place {
  if (!(target instanceof HTMLElement)) return 'page'
  if (target.closest('.xterm')) return 'terminal'
  if (target.matches('input, textarea, select, [contenteditable="true"]')) return 'text'
  // Around a terminal a letter was meant for it, and must not open something that takes the rest of the word.
  return target.closest('[data-own-keys]') ? 'own' : 'page'
}

const runs: Readonly<Record<Shortcut, () => void>> = {
  palette: () => uiStore.setState(({ paletteOpen }) => ({ paletteOpen: !paletteOpen })),
  search: () => document.getElementById('search')?.focus(),
  create: openCreate,
  keys: openKeys,
  dock: enterDock,
}

/** Listens for the window's own shortcuts. Returns its undo. */
export function listenForShortcuts(): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    // The dock has taken it for itself.
    if (event.defaultPrevented && isDockKey(event)) return
    const shortcut = findShortcut(event, placeOf(event.target))
    if (shortcut === null) return
    // A dialog has the keyboard to itself, except that the palette closes by its own key.
    if (document.querySelector('[role="dialog"], [role="alertdialog"]') && !uiStore.getState().paletteOpen) return
    event.preventDefault()
    runs[shortcut]()
  }
  window.addEventListener('keydown', onKeyDown)
  return () => window.removeEventListener('keydown', onKeyDown)
}
