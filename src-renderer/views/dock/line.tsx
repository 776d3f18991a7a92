import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from 'react'

interface Props {
  readonly label: string
  /** Between what stands one below the other, or side by side. */
  readonly lies: 'across' | 'upright'
  /** Which part of the whole the first has, from 0 to 1. */
  readonly value: number
  /** By which part of the whole it has moved, downwards or to the right. */
  readonly onMove: (by: number) => void
  /** How long the whole is, in pixels. */
  readonly whole: () => number
  readonly style?: React.CSSProperties
}

const step = 0.04

/** A line that can be dragged, or moved by the arrow keys (the ARIA pattern of a window splitter). */
export function Line({ label, lies, value, onMove, whole, style }: Props): ReactNode {
  const last = useRef<number | null>(null)
  const placeOf = (event: PointerEvent): number => (lies === 'across' ? event.clientY : event.clientX)
  const onPointerDown = (event: PointerEvent): void => {
    event.currentTarget.setPointerCapture(event.pointerId)
    last.current = placeOf(event)
  }
  const onPointerMove = (event: PointerEvent): void => {
    if (last.current === null) return
    onMove((placeOf(event) - last.current) / Math.max(1, whole()))
    last.current = placeOf(event)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const keys = lies === 'across' ? { ArrowUp: -step, ArrowDown: step } : { ArrowLeft: -step, ArrowRight: step }
    const by = (keys as Readonly<Record<string, number>>)[event.key]
    if (by === undefined || event.ctrlKey) return
    event.preventDefault()
    onMove(by)
  }
  return (
    <div
      className="line"
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={lies === 'across' ? 'horizontal' : 'vertical'}
      aria-valuenow={Math.round(value * 100)}
      data-lies={lies}
      style={style}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        last.current = null
      }}
      onKeyDown={onKeyDown}
    />
  )
}
