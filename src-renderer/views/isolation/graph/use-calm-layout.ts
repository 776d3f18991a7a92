import { useState } from 'react'
import { type Layout, layoutGraph } from '#contract/graph/layout'
import type { IsolationView } from '#contract/isolation'

/** The layout of a view that builds on the one before, so that what stays does not jump. */
export function useCalmLayout(view: IsolationView, open: ReadonlySet<string>): Layout {
  const [kept, setKept] = useState(() => ({ view, open, layout: layoutGraph(view, undefined, { open }) }))
  if (kept.view === view && kept.open === open) return kept.layout
  const layout = layoutGraph(view, kept.layout, { open })
  setKept({ view, open, layout })
  return layout
}
