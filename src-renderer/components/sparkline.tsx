import type { ReactNode } from 'react'
import './sparkline.css'

interface Props {
  readonly label: string
  readonly values: readonly number[]
  /** The value at the top edge; a higher one grows the scale. */
  readonly ceiling: number
  readonly color: string
  readonly width?: number
  readonly height?: number
}

/** A tiny chart of the latest values; the present one stands beside it as text. */
export function Sparkline({ label, values, ceiling, color, width = 48, height = 20 }: Props): ReactNode {
  const { line, area } = drawSparkline(values, Math.max(ceiling, ...values), width, height)
  return (
    <svg className="sparkline" role="img" aria-label={label} width={width} height={height}>
      <path d={area} fill={color} opacity={0.16} />
      <path d={line} fill="none" stroke={color} strokeWidth={1.5} strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  )
}

/** The newest value is at the right edge; fewer values than fit leave the left empty. */
export function drawSparkline(
  values: readonly number[],
  top: number,
  width: number,
  height: number,
): { readonly line: string; readonly area: string } {
  if (values.length < 2) return { line: `M0 ${height - 1}H${width}`, area: '' }
  const step = width / (sparklineSamples - 1)
  const start = width - (values.length - 1) * step
  const y = (value: number): string => (height - 1 - (top > 0 ? value / top : 0) * (height - 2)).toFixed(1)
  const points = values.map((value, index) => `${(start + index * step).toFixed(1)} ${y(value)}`)
  const line = `M${points.join('L')}`
  return { line, area: `${line}L${width} ${height}L${start.toFixed(1)} ${height}Z` }
}

/** Half a minute. */
export const sparklineSamples = 30
