import { type KeyboardEvent, type PointerEvent, type ReactNode, type RefObject, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type UPlot from 'uplot'
import { type ChartData, isFar } from './make-chart.ts'

/** A limit that can be moved: its value, how it reads, and what is done with another one. */
export interface LimitWords {
  readonly name: string
  readonly value: number
  readonly format: (value: number) => string
  /** Never below this. */
  readonly least: number
  /** One step of an arrow key. */
  readonly step: number
  readonly onChange: (value: number) => void
}

interface Props {
  readonly hold: RefObject<HTMLDivElement | null>
  readonly chart: RefObject<UPlot | null>
  readonly words: LimitWords
}

/** Where the chart has its limit: at its line, or at the upper edge where that lies far beyond. */
export function placeHandle(handle: HTMLElement | null, chart: UPlot, data: ChartData): void {
  const limit = data.limits?.findLast((value) => value !== null) ?? null
  if (!handle || limit === null || handle.dataset['moving'] === 'true') return
  const ratio = devicePixelRatio
  const top = isFar(data) ? 0 : chart.valToPos(limit, 'y')
  handle.style.top = `${chart.bbox.top / ratio + top}px`
  handle.style.left = `${chart.bbox.left / ratio}px`
  handle.style.width = `${chart.bbox.width / ratio}px`
  handle.dataset['far'] = String(isFar(data))
}

/** The line of a limit as something to take hold of: with the pointer, or with the arrow keys and Enter. */
export function LimitHandle({ hold, chart, words }: Props): ReactNode {
  const { t } = useTranslation()
  const { name, value, format, least, step, onChange } = words
  const [wish, setWish] = useState<number | null>(null)
  const shown = wish ?? value
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    const plot = chart.current
    const handle = event.currentTarget
    if (!plot || handle.dataset['moving'] !== 'true') return
    const top = event.clientY - plot.over.getBoundingClientRect().top
    setWish(Math.max(least, plot.posToVal(top, 'y')))
    handle.style.top = `${plot.bbox.top / devicePixelRatio + Math.min(top, plot.over.clientHeight)}px`
  }
  const leave = (handle: HTMLElement): void => {
    handle.dataset['moving'] = 'false'
    setWish(null)
    chart.current?.redraw()
  }
  const finish = (handle: HTMLElement): void => {
    if (wish !== null && wish !== value) onChange(wish)
    leave(handle)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key]
    if (steps !== undefined) setWish(Math.max(least, shown + steps * step))
    else if (event.key === 'Enter' && wish !== null) finish(event.currentTarget)
    else if (event.key === 'Escape' && wish !== null) setWish(null)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div
      ref={hold}
      className="limit-handle"
      role="slider"
      tabIndex={0}
      aria-label={t('usage.limitOf', { name })}
      aria-orientation="vertical"
      aria-valuemin={least}
      aria-valuemax={Math.max(shown, value) * 4}
      aria-valuenow={shown}
      aria-valuetext={format(shown)}
      title={t('usage.limitHint')}
      onKeyDown={onKeyDown}
      onBlur={() => setWish(null)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        event.currentTarget.dataset['moving'] = 'true'
      }}
      onPointerMove={move}
      onPointerUp={(event) => finish(event.currentTarget)}
      onPointerCancel={(event) => leave(event.currentTarget)}
    >
      <span className="limit-label">{t('usage.limitIs', { limit: format(shown) })}</span>
    </div>
  )
}
