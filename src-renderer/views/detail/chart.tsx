import { type ReactNode, useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useStore } from 'zustand'
import { themeStore } from '../../store/settings.ts'

export interface ChartLine {
  /** A custom property of the tokens: `--chart-cpu`. */
  readonly token: string
  readonly values: readonly number[]
}

interface Props {
  readonly label: string
  /** Seconds. */
  readonly times: readonly number[]
  readonly lines: readonly ChartLine[]
  readonly limit: number | null
  readonly format: (value: number) => string
  /** Ticks at powers of two. */
  readonly binary?: boolean
}

/** Lines over time. Its present value must stand beside it as text. */
export function Chart({ label, times, lines, limit, format, binary = false }: Props): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const chart = useRef<UPlot | null>(null)
  const theme = useStore(themeStore, (state) => state.theme)
  const tokens = lines.map(({ token }) => token).join(' ')
  const formatRef = useRef(format)
  useEffect(() => {
    const place = host.current
    if (!place) return
    const made = makeChart(place, { tokens: tokens.split(' '), binary, format: (value) => formatRef.current(value) })
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
  useEffect(() => {
    formatRef.current = format
    const limits = times.map(() => limit)
    chart.current?.setData([[...times], ...lines.map(({ values }) => [...values]), limits] as UPlot.AlignedData)
  })
  return <div ref={host} className="chart" role="img" aria-label={label} />
}

interface ChartOptions {
  readonly tokens: readonly string[]
  readonly binary: boolean
  readonly format: (value: number) => string
}

const powersOfTwo = Array.from({ length: 50 }, (_, exponent) => 2 ** exponent)

function makeChart(place: HTMLElement, { tokens, binary, format }: ChartOptions): UPlot {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const axis = {
    stroke: colour('--faint'),
    font: `11px ${style.getPropertyValue('--font-ui')}`,
    grid: { stroke: colour('--border'), width: 1 },
    ticks: { show: false },
  }
  const options: UPlot.Options = {
    width: place.clientWidth || 360,
    height: place.clientHeight || 150,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    padding: [8, 30, 0, 0],
    scales: { y: { range: (_chart, _min, max) => [0, max > 0 ? max * 1.08 : 1] } },
    axes: [
      { ...axis, space: 70, size: 24, grid: { show: false }, values: (_chart, times) => times.map(formatClock) },
      {
        ...axis,
        space: 34,
        size: 62,
        ...(binary ? { incrs: powersOfTwo } : {}),
        values: (_chart, values) => values.map(format),
      },
    ],
    series: [
      {},
      ...tokens.map((token) => ({
        stroke: colour(token),
        width: 1.75,
        fill: `${colour(token)}1f`,
        points: { show: false },
      })),
      { stroke: colour('--bad'), width: 1, dash: [5, 4], points: { show: false } },
    ],
  }
  return new UPlot(options, [[], ...tokens.map(() => []), []], place)
}

function formatClock(seconds: number): string {
  return new Date(seconds * 1000).toTimeString().slice(0, 8)
}
