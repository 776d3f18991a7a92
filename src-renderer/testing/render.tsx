import { render } from '@testing-library/react'
import type { ReactElement } from 'react'
import { TooltipProvider } from '../components/tooltip.tsx'
import { startI18n } from '../copy/i18n.ts'

/** What the browser has and jsdom lacks, as far as the primitives ask for it. */
class NoResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.ResizeObserver ??= NoResizeObserver
Element.prototype.scrollIntoView ??= () => undefined
Element.prototype.hasPointerCapture ??= () => false

startI18n()

/** Renders with what every screen stands in. */
export function renderScreen(screen: ReactElement): ReturnType<typeof render> {
  return render(<TooltipProvider>{screen}</TooltipProvider>)
}
