import UPlot from 'uplot'
import type { Band, Numbers } from './past-series.ts'

export interface ChartLine {
  readonly label: string
  /** A custom property of the tokens: `--chart-cpu`. */
  readonly token: string
  readonly values: Numbers
  /** Least and most of each step, where a step is longer than a measurement. */
  readonly min?: Numbers
  readonly max?: Numbers
}

export interface ChartData {
  /** Seconds. */
  readonly times: readonly number[]
  readonly lines: readonly ChartLine[]
  /** The limit at each time; none, where there is no such thing. */
  readonly limits: Numbers | null
  readonly bands: readonly Band[]
  readonly starts: readonly number[]
  /** Something bad: held back, killed. */
  readonly marks: readonly { readonly at: number; readonly token: string; readonly sign: string }[]
}

export interface ChartEvents {
  readonly format: (value: number) => string
  readonly formatTime: (seconds: number) => string
  readonly data: () => ChartData
  readonly onPlace: (place: number | null) => void
  readonly onZoom: (since: number, until: number) => void
  readonly onReset: () => void
  readonly onDraw: (chart: UPlot) => void
}

interface Look {
  readonly tokens: readonly string[]
  readonly binary: boolean
}

const powersOfTwo = Array.from({ length: 50 }, (_, exponent) => 2 ** exponent)
/** A limit so many times above the use is an arrow: as a line it would press the use to the ground. */
const farLimit = 2.5
/** All charts of the page move together. */
const sync = { key: 'joey-usage' }

/** Whether the limit has a line of its own, or lies beyond the chart. */
export function isFar(data: ChartData): boolean {
  const limit = data.limits?.findLast((value) => value !== null) ?? null
  return limit !== null && limit > mostOf(data) * farLimit
}

/** The highest that is drawn, without the limit. */
function mostOf({ lines }: ChartData): number {
  let most = 0
  for (const { values, max } of lines) {
    for (const value of max ?? values) if (value !== null && value > most) most = value
  }
  return most
}

function topOf(data: ChartData): number {
  const most = mostOf(data)
  const limit = Math.max(0, ...(data.limits ?? []).filter((value) => value !== null))
  const shown = limit > 0 && !isFar(data) ? Math.max(most, limit) : most
  return shown > 0 ? shown * 1.1 : limit > 0 ? limit : 1
}

/** In uPlot's order: of each line mean, least and most, and the limit at the end. */
export function toRows({ times, lines, limits, ...rest }: ChartData): UPlot.AlignedData {
  const far = isFar({ times, lines, limits, ...rest })
  const nothing = times.map(() => null)
  const rows = lines.flatMap(({ values, min, max }) => [[...values], [...(min ?? nothing)], [...(max ?? nothing)]])
  return [[...times], ...rows, limits && !far ? [...limits] : nothing] as UPlot.AlignedData
}

export function makeChart(place: HTMLElement, { tokens, binary }: Look, events: ChartEvents): UPlot {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const axis = {
    stroke: colour('--faint'),
    font: `11px ${style.getPropertyValue('--font-ui')}`,
    grid: { stroke: colour('--border'), width: 1 },
    ticks: { show: false },
  }
  const points = { show: false }
  const spread = { points, stroke: 'transparent', width: 0 }
  const options: UPlot.Options = {
    width: place.clientWidth || 360,
    height: place.clientHeight || 150,
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, dist: 6 }, sync, bind: { dblclick: () => () => resetOf(events) } },
    padding: [8, 34, 0, 0],
    scales: { x: { time: true }, y: { range: () => [0, topOf(events.data())] } },
    axes: [
      { ...axis, space: 80, size: 24, grid: { show: false }, values: (_chart, times) => times.map(events.formatTime) },
      {
        ...axis,
        space: 34,
        size: 66,
        ...(binary ? { incrs: powersOfTwo } : {}),
        values: (_chart, values) => values.map(events.format),
      },
    ],
    series: [
      {},
      ...tokens.flatMap((token, line) => [
        { stroke: colour(token), width: 1.75, points, ...(line === 0 ? { fill: `${colour(token)}14` } : {}) },
        spread,
        spread,
      ]),
      { stroke: colour('--bad'), width: 1.25, dash: [5, 4], points },
    ],
    bands: tokens.map((token, line) => ({
      series: [line * 3 + 3, line * 3 + 2] as [number, number],
      fill: `${colour(token)}33`,
    })),
    hooks: hooksOf(events, colour),
  }
  return new UPlot(options, [[], ...tokens.flatMap(() => [[], [], []]), []], place)
}

function resetOf(events: ChartEvents): null {
  events.onReset()
  return null
}

function hooksOf(events: ChartEvents, colour: (name: string) => string): UPlot.Hooks.Arrays {
  return {
    setCursor: [({ cursor }) => events.onPlace(cursor.idx ?? null)],
    setSelect: [
      (chart) => {
        const { left, width } = chart.select
        if (width <= 0) return
        events.onZoom(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'))
        chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
      },
    ],
    drawClear: [(chart) => drawBehind(chart, events.data(), colour)],
    draw: [
      (chart) => {
        drawMarks(chart, events.data(), colour)
        events.onDraw(chart)
      },
    ],
  }
}

/** Times in which it was paused or did not run, and the moments in which it started. */
function drawBehind(chart: UPlot, { bands, starts }: ChartData, colour: (name: string) => string): void {
  const { ctx, bbox } = chart
  const x = (seconds: number): number =>
    Math.min(bbox.left + bbox.width, Math.max(bbox.left, chart.valToPos(seconds, 'x', true)))
  ctx.save()
  for (const { from, to, kind } of bands) {
    ctx.fillStyle = colour(kind === 'paused' ? '--chart-paused' : '--chart-off')
    ctx.fillRect(x(from), bbox.top, x(to) - x(from), bbox.height)
  }
  ctx.strokeStyle = colour('--good')
  ctx.lineWidth = devicePixelRatio
  for (const start of starts) {
    ctx.beginPath()
    ctx.moveTo(x(start), bbox.top)
    ctx.lineTo(x(start), bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.restore()
}

/** Small signs at the foot of the chart: a row for what held back, a cross for what was killed. */
function drawMarks(chart: UPlot, { marks }: ChartData, colour: (name: string) => string): void {
  const { ctx, bbox } = chart
  ctx.save()
  ctx.font = `${11 * devicePixelRatio}px sans-serif`
  ctx.textAlign = 'center'
  for (const { at, token, sign } of marks) {
    const x = chart.valToPos(at, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.fillStyle = colour(token)
    if (sign === '')
      ctx.fillRect(
        x - devicePixelRatio,
        bbox.top + bbox.height - 4 * devicePixelRatio,
        2 * devicePixelRatio,
        4 * devicePixelRatio,
      )
    else ctx.fillText(sign, x, bbox.top + 12 * devicePixelRatio)
  }
  ctx.restore()
}
