import { type RefCallback, useCallback } from 'react'
import { findMain } from './layer.ts'
import { rowAfterKey } from './list-moves.ts'

const controls = 'a[href], button:not([disabled])'

/**
 * Makes one stop of the Tab key out of all controls in the rows of a table, however many rows there are: the one that had the
 * focus last, at first the first row's. Arrow keys go from row to row and along a row. Where the row with the focus goes, the
 * focus goes to the row in its place, or to the page where none is left; it never falls to the document's body.
 *
 * Done to the elements and not by properties: a row is drawn anew by itself, and knows nothing of the others.
 */
export function useRovingRows(): RefCallback<HTMLTableSectionElement> {
  return useCallback((body: HTMLTableSectionElement | null) => {
    return body ? rove(body) : undefined
  }, [])
}

function rove(body: HTMLTableSectionElement): () => void {
  let stop: HTMLElement | null = null
  /** Where the stop is, for when it goes. */
  let place = { row: 0, control: 0 }
  let hasFocus = false

  const setStop = (control: HTMLElement): void => {
    if (stop !== control) stop?.setAttribute('tabindex', '-1')
    stop = control
    control.setAttribute('tabindex', '0')
    place = placeOf(body, control)
  }
  const takeStops = (added: Node): void => {
    if (!(added instanceof Element)) return
    for (const control of controlsIn(added)) if (control !== stop) control.setAttribute('tabindex', '-1')
    if (added !== stop && added.matches(controls)) added.setAttribute('tabindex', '-1')
  }
  const settle = (): void => {
    if (stop && body.contains(stop)) {
      place = placeOf(body, stop)
      return
    }
    const next = controlAt(body, place)
    stop = null
    if (next) setStop(next)
    if (hasFocus && document.activeElement === document.body) (next ?? findMain())?.focus()
  }
  const onFocus = (event: FocusEvent): void => {
    hasFocus = true
    if (event.target instanceof HTMLElement && event.target.matches(controls)) setStop(event.target)
  }
  // Without a place that it goes to, the element with the focus has been removed, or the window has lost it for a while.
  const onBlur = ({ relatedTarget }: FocusEvent): void => {
    if (relatedTarget instanceof Node && !body.contains(relatedTarget)) hasFocus = false
  }
  // Only what is new is looked at: values of thousands of rows change all the time.
  const observer = new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const added of addedNodes) takeStops(added)
    if (changes.some(({ target, removedNodes }) => target === body || removedNodes.length > 0)) settle()
  })
  observer.observe(body, { childList: true, subtree: true })
  body.addEventListener('focusin', onFocus)
  body.addEventListener('focusout', onBlur)
  body.addEventListener('keydown', moveByKey)
  takeStops(body)
  settle()
  return () => {
    observer.disconnect()
    body.removeEventListener('focusin', onFocus)
    body.removeEventListener('focusout', onBlur)
    body.removeEventListener('keydown', moveByKey)
    // The table itself goes, as with its last row: once it has, the focus is nowhere.
    if (hasFocus) queueMicrotask(() => document.activeElement === document.body && findMain()?.focus())
  }
}

function moveByKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
  const { target, currentTarget } = event
  if (!(target instanceof HTMLElement && currentTarget instanceof HTMLTableSectionElement)) return
  const next = controlAfterKey(currentTarget, target, event.key)
  if (!next) return
  event.preventDefault()
  next.focus()
}

function controlsIn(place: Element): readonly HTMLElement[] {
  return [...place.querySelectorAll<HTMLElement>(controls)]
}

/** What a narrow window hides cannot take the focus. */
function shownIn(row: Element): readonly HTMLElement[] {
  return controlsIn(row).filter((control) => control.checkVisibility?.() ?? true)
}

function placeOf(body: HTMLTableSectionElement, control: HTMLElement): { row: number; control: number } {
  const row = control.closest('tr')
  return row ? { row: [...body.rows].indexOf(row), control: shownIn(row).indexOf(control) } : { row: 0, control: 0 }
}

/** The control at a place, or the nearest that there is. */
function controlAt(body: HTMLTableSectionElement, place: { row: number; control: number }): HTMLElement | null {
  const row = body.rows[Math.min(place.row, body.rows.length - 1)]
  const there = row ? shownIn(row) : []
  return there[Math.max(0, Math.min(place.control, there.length - 1))] ?? null
}

function controlAfterKey(body: HTMLTableSectionElement, from: HTMLElement, key: string): HTMLElement | null {
  const row = from.closest('tr')
  if (!row) return null
  const place = placeOf(body, from)
  const along = { ArrowLeft: -1, ArrowRight: 1 }[key]
  if (along !== undefined) return shownIn(row)[place.control + along] ?? null
  const next = rowAfterKey(key, { active: place.row, last: body.rows.length - 1 })
  return next === null ? null : controlAt(body, { ...place, row: next })
}
