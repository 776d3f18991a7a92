import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'
import type { IsolationView, Pressure } from '#contract/isolation'
import { Sparkline } from '../../../components/sparkline.tsx'
import { formatCpu } from '../../../model/duration.ts'
import { useIsolation } from '../../../store/isolation-store.ts'

const columns = ['sandbox', 'cpu', 'memory', 'io', 'throttled', 'cores', 'reclaim'] as const

/** What each sandbox suffers, with the processor's over the last two minutes. */
export function PressureTable({ view }: { readonly view: IsolationView }): ReactNode {
  const { t } = useTranslation()
  const names = new Map(view.sandboxes.map(({ id, name }) => [id, name]))
  const rows = [...view.pressures].sort((a, b) => worstOf(b) - worstOf(a))
  if (rows.length === 0) return null
  return (
    <section aria-labelledby="pressure-title">
      <h2 id="pressure-title">{t('isolation.interference.pressure')}</h2>
      <table className="plain-table" aria-label={t('isolation.interference.pressureLabel')}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {t(`isolation.interference.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((pressure) => (
            <Row key={pressure.id} pressure={pressure} name={names.get(pressure.id) ?? pressure.id} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function worstOf({ cpu, memory, io, throttled }: Pressure): number {
  return Math.max(cpu ?? 0, memory ?? 0, io ?? 0, throttled)
}

function Row({ pressure, name }: { readonly pressure: Pressure; readonly name: string }): ReactNode {
  const { t } = useTranslation()
  const history = useIsolation(({ pressures }) => pressures.get(pressure.id))
  const share = (value: number | null): string =>
    value === null
      ? t('isolation.interference.unknown')
      : t('isolation.interference.percent', { percent: Math.round(value * 100) })
  const { id, cpu, memory, io, throttled, cpuCores, reclaim } = pressure
  return (
    <tr>
      <th scope="row">
        <Link to={`/sandboxes/${id}/isolation`} className="cell-link">
          {name}
        </Link>
      </th>
      <td className="cell-number">
        {share(cpu)}{' '}
        <Sparkline
          label={t('isolation.interference.overTime', { name })}
          values={(history ?? []).map((each) => each.cpu ?? 0)}
          ceiling={1}
          color="var(--chart-cpu)"
        />
      </td>
      <td className="cell-number">{share(memory)}</td>
      <td className="cell-number">{share(io)}</td>
      <td className="cell-number">{share(throttled)}</td>
      <td className="cell-number">{formatCpu(cpuCores)}</td>
      <td className="cell-number">
        {reclaim === null
          ? t('isolation.interference.unknown')
          : t('isolation.interference.perSecond', { count: Math.round(reclaim) })}
      </td>
    </tr>
  )
}
