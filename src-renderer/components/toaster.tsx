import type { ReactNode } from 'react'
import { Toaster as Sonner } from 'sonner'
import './toaster.css'

/** Results of actions. What needs to stay in sight is said where it belongs instead. */
export function Toaster(): ReactNode {
  return <Sonner position="bottom-right" offset={20} gap={10} visibleToasts={4} />
}
