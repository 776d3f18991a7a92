import { type ReactNode, type RefObject, useEffect, useImperativeHandle, useRef } from 'react'
import type UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useStore } from 'zustand'
import { themeStore } from '../../store/settings.ts'
import { LimitHandle, type LimitWords, placeHandle } from './limit-handle.tsx'
import { type ChartData, type ChartEvents, makeChart, toRows } from './make-chart.ts'

/** What others may ask of a chart. */
export interface ChartHold {
  /** As it is drawn now, as a PNG in base64. */
  toPng(): string | null
}

interface Props extends Omit<ChartEvents, 'data' | 'onDraw'> {
  readonly label: string
  readonly data: ChartData
  /** Ticks at powers of two. */
  readonly binary?: boolean
  /** How the limit is changed; null: it cannot be. */
  readonly limit: LimitWords | null
  readonly hold?: RefObject<ChartHold | null>
}

/** Lines over time. The values must stand beside it as text. */
export function Chart({ label, data, binary = false, limit, hold, ...events }: Props): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const handle = useRef<HTMLDivElement>(null)
  const chart = useRef<UPlot | null>(null)
  const theme = useStore(themeStore, (state) => state.theme)
  const tokens = data.lines.map(({ token }) => token).join(' ')
  const latest = useRef({ data, ...events })
  latest.current = { data, ...events }
  useEffect(() => {
    const place = host.current
    if (!place) return
    const made = makeChart(
      place,
      { tokens: tokens.split(' '), binary },
      {
        data: () => latest.current.data,
        format: (value) => latest.current.format(value),
        formatTime: (seconds) => latest.current.formatTime(seconds),
        onPlace: (at) => latest.current.onPlace(at),
        onZoom: (since, until) => latest.current.onZoom(since, until),
        onReset: () => latest.current.onReset(),
        onDraw: (drawn) => placeHandle(handle.current, drawn, latest.current.data),
      },
    )
    chart.current = made
    const sizes = new ResizeObserver(() => made.setSize({ width: place.clientWidth, height: place.clientHeight }))
    sizes.observe(place)
    return () => {
      sizes.disconnect()
      made.destroy()
      chart.current = null
    }
    // The colours are read again when the theme changes.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [tokens, theme, binary])
  useEffect(() => chart.current?.setData(toRows(data)))
  useImperativeHandle(hold, () => ({
    toPng: () => (chart.current ? pictureOf(chart.current.ctx.canvas) : null),
  }))
  return (
    <div className="chart-frame">
      <div ref={host} className="chart" role="img" aria-label={label} />
      {limit && <LimitHandle hold={handle} chart={chart} words={limit} />}
    </div>
  )
}

/** On the ground of its card: a chart itself is transparent. */
function pictureOf(canvas: HTMLCanvasElement): string | null {
  const copy = document.createElement('canvas')
  copy.width = canvas.width
  copy.height = canvas.height
  const context = copy.getContext('2d')
  if (!context) return null
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--surface')
  context.fillRect(0, 0, copy.width, copy.height)
  context.drawImage(canvas, 0, 0)
  return copy.toDataURL('image/png').split(',')[1] ?? null
}
