import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { PastRange } from '../../store/past-store.ts'
import { formatChartTime } from './chart-time.ts'
import type { ChartData } from './make-chart.ts'

interface Props {
  readonly title: string
  readonly data: ChartData
  readonly range: PastRange
  readonly format: (value: number) => string
}

/** More rows say less: so many steps of the chart are one row. */
const mostRows = 30

/** What a chart shows, for those who cannot see one: the newest first, with the mean of each span. */
export function PastTable({ title, data, range, format }: Props): ReactNode {
  const { t } = useTranslation()
  const each = Math.max(1, Math.ceil(data.times.length / mostRows))
  const rows = Array.from({ length: Math.ceil(data.times.length / each) }, (_, row) => row * each).toReversed()
  const mean = (values: readonly (number | null)[], from: number): string => {
    const known = values.slice(from, from + each).filter((value) => value !== null)
    return known.length === 0 ? '–' : format(known.reduce((sum, value) => sum + value, 0) / known.length)
  }
  return (
    <div className="past-table" tabIndex={0}>
      <table aria-label={title}>
        <thead>
          <tr>
            <th scope="col">{t('usage.time')}</th>
            {data.lines.map(({ label }) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
            {data.limits && <th scope="col">{t('usage.limit')}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((from) => (
            <tr key={from}>
              <th scope="row">{formatChartTime(data.times[from] ?? 0, range)}</th>
              {data.lines.map(({ label, values }) => (
                <td key={label}>{mean(values, from)}</td>
              ))}
              {data.limits && <td>{mean(data.limits, from)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
