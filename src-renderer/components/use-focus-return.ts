import { useRef } from 'react'
import { findMain } from './layer.ts'

interface FocusReturn {
  readonly onOpenAutoFocus: () => void
  readonly onCloseAutoFocus: (event: Event) => void
}

/**
 * Gives the focus back to where it was when a dialog closes. The primitives only know the button that is their own
 * trigger, and ours are opened by shortcuts, menus and terminals.
 */
export function useFocusReturn(): FocusReturn {
  const before = useRef<Element | null>(null)
  return {
    onOpenAutoFocus: () => {
      before.current = document.activeElement
    },
    onCloseAutoFocus: (event) => {
      event.preventDefault()
      const place = before.current
      if (place instanceof HTMLElement && place.isConnected && place !== document.body) place.focus()
      else findMain()?.focus()
    },
  }
}
