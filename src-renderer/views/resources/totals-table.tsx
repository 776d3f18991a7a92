import { ArrowDown, ArrowUp } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import { formatBytes } from '#contract/byte-size'
import type { UsageTotal } from '#contract/usage-history'
import { ClassBadge } from '../../components/class-badge.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { Segments } from '../../components/toggles.tsx'
import { formatDuration } from '../../model/duration.ts'
import { useIsLive } from '../../store/agent-store.ts'
import { type TotalSpan, totalSpans, totalsStore } from '../../store/resources-stores.ts'
import { type Column, columns, type Order, sortTotals } from './sort-totals.ts'

const everyMs = 5_000

/** Who took most of this machine: processor, memory, disk and network of each sandbox over a span. */
export function TotalsTable(): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const [span, setSpan] = useState<TotalSpan>('hour')
  const [order, setOrder] = useState<Order>({ by: 'cpuSeconds', descending: true })
  const answer = totalsStore.useAnswer()
  useEffect(() => {
    if (!live) return
    const load = (): void => void totalsStore.load(span, { keep: true })
    load()
    const timer = setInterval(load, everyMs)
    return () => clearInterval(timer)
  }, [live, span])
  return (
    <section className="section" aria-labelledby="resources-totals">
      <div className="resources-head">
        <h2 id="resources-totals" className="section-title">
          {t('resources.totals')}
        </h2>
        <Segments
          label={t('resources.span')}
          value={span}
          onChange={setSpan}
          options={totalSpans.map((value) => ({ value, label: t(`resources.spans.${value}`) }))}
        />
      </div>
      {answer.kind === 'loading' && <Skeleton label={t('resources.loading')} rows={3} rowHeight={36} />}
      {answer.kind === 'error' && (
        <ErrorNotice title={t('resources.totalsError')} error={answer.error} onRemedy={() => undefined} />
      )}
      {answer.kind === 'ready' && answer.value.length === 0 && <p className="section-text">{t('resources.nobody')}</p>}
      {answer.kind === 'ready' && answer.value.length > 0 && (
        <Rows totals={sortTotals(answer.value, order)} order={order} onOrder={setOrder} />
      )}
    </section>
  )
}

interface RowsProps {
  readonly totals: readonly UsageTotal[]
  readonly order: Order
  readonly onOrder: (order: Order) => void
}

function Rows({ totals, order, onOrder }: RowsProps): ReactNode {
  const { t } = useTranslation()
  const most = Object.fromEntries(
    columns.map((column) => [column, Math.max(1e-9, ...totals.map((total) => total[column]))]),
  ) as Record<Column, number>
  return (
    <div className="resources-scroll">
      <table className="resources-table" aria-labelledby="resources-totals">
        <thead>
          <tr>
            <th scope="col">{t('resources.name')}</th>
            {columns.map((column) => (
              <Title key={column} column={column} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {totals.map((total) => (
            <tr key={total.id}>
              <th scope="row">
                <span className="resources-name">
                  <ClassBadge value={total.class} />
                  {total.removed ? (
                    <span title={total.name}>{t('resources.removed', { name: total.name })}</span>
                  ) : (
                    <Link to={`/sandboxes/${total.id}/usage`} title={total.name}>
                      {total.name}
                    </Link>
                  )}
                </span>
              </th>
              {columns.map((column) => (
                <td key={column}>
                  {formatTotal(column, total[column])}
                  <span className="resources-bar" style={{ width: `${(total[column] / most[column]) * 100}%` }} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Title({ column, order, onOrder }: { readonly column: Column } & Omit<RowsProps, 'totals'>): ReactNode {
  const { t } = useTranslation()
  const isBy = order.by === column
  const sorted = isBy ? (order.descending ? 'descending' : 'ascending') : 'none'
  return (
    <th scope="col" aria-sort={sorted}>
      <button
        type="button"
        className="resources-sort"
        onClick={() => onOrder({ by: column, descending: isBy ? !order.descending : true })}
      >
        {t(`resources.columns.${column}`)}
        {isBy && (order.descending ? <ArrowDown aria-hidden="true" /> : <ArrowUp aria-hidden="true" />)}
      </button>
    </th>
  )
}

function formatTotal(column: Column, value: number): string {
  if (column !== 'cpuSeconds') return formatBytes(Math.round(value))
  return value > 0 && value < 1 ? '< 1s' : formatDuration(value * 1000)
}
