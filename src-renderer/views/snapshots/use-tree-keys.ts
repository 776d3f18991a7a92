import type { KeyboardEvent, RefObject } from 'react'
import type { useViewport } from '../isolation/graph/use-viewport.ts'
import type { TreeNode } from './family.ts'
import { nextNode } from './tree-keys.ts'
import type { TreeLayout } from './tree-layout.ts'

interface KeyOptions {
  readonly selected: string | null
  readonly onSelect: (key: string | null) => void
  readonly onRemove: (node: TreeNode) => void
  /** Escape where nothing is selected. */
  readonly onEscape: () => void
  readonly svg: RefObject<SVGSVGElement | null>
  readonly layout: TreeLayout
  readonly view: ReturnType<typeof useViewport>
  readonly onMenu: (key: string) => void
}

/** The keys of the tree: along it, the menu, the choice, removal, and the size of the picture. */
export function useTreeKeys({ svg, layout, view, selected, onSelect, onRemove, onMenu, onEscape }: KeyOptions) {
  return (event: KeyboardEvent<SVGSVGElement>): void => {
    const { key: pressed } = event
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const here = layout.byKey.get(keyOf(event.target) ?? '')
    const next = here ? nextNode(layout, here.node.key, pressed) : null
    if (next !== null) focusNode(svg, next)
    else if (pressed === 'Enter' && here) {
      onSelect(here.node.key)
      onMenu(here.node.key)
    } else if (pressed === ' ' && here) onSelect(here.node.key === selected ? null : here.node.key)
    else if (pressed === 'Delete' && here) onRemove(here.node)
    else if (pressed === 'Escape') {
      if (selected === null) onEscape()
      else onSelect(null)
    } else if (pressed === '+' || pressed === '=') view.zoom(1.25)
    else if (pressed === '-') view.zoom(0.8)
    else if (pressed === '0') view.fit()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
}

/** The node that something drawn belongs to. */
export function keyOf(target: EventTarget): string | null {
  return target instanceof Element ? (target.closest('[data-node]')?.getAttribute('data-node') ?? null) : null
}

export function focusNode(svg: RefObject<SVGSVGElement | null>, key: string): void {
  const found = [...(svg.current?.querySelectorAll<SVGGElement>('[data-node]') ?? [])].find(
    (each) => each.getAttribute('data-node') === key,
  )
  found?.focus()
}
