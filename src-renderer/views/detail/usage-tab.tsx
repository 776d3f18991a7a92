import type { CSSProperties, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '#contract/byte-size'
import type { Sandbox } from '#contract/sandbox'
import { EmptyState } from '../../components/empty-state.tsx'
import { formatCpu } from '../../model/duration.ts'
import { type UsageHistory, useUsage } from '../../store/usage-store.ts'
import { Chart, type ChartLine } from './chart.tsx'
import { ratesOf, timesOf } from './usage-series.ts'

export function UsageTab({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const { t } = useTranslation()
  const history = useUsage(sandbox.id)
  const latest = history.at(-1)
  const running = sandbox.state === 'running' || sandbox.state === 'paused'
  if (!latest) return <EmptyState title={t(running ? 'detail.usage.waiting' : 'detail.usage.notRunning')} />
  const times = timesOf(history)
  const { cpus } = sandbox.spec.limits
  const throttled = Math.round(latest.cpuThrottled * 100)
  const ofLimit = (limit: string | null): string =>
    limit === null ? t('detail.usage.noLimit') : t('detail.usage.ofLimit', { limit })
  return (
    <div className="charts">
      <ChartCard
        title={t('detail.usage.cpu')}
        value={formatCpu(latest.cpuCores)}
        note={
          throttled > 0
            ? t('detail.usage.throttled', { percent: throttled })
            : ofLimit(cpus === null ? null : formatCpu(cpus))
        }
        times={times}
        lines={[{ token: '--chart-cpu', values: history.map(({ cpuCores }) => cpuCores) }]}
        limit={cpus}
        format={(cores) => `${Math.round(cores * 100)} %`}
      />
      <ChartCard
        title={t('detail.usage.memory')}
        value={formatBytes(latest.memoryBytes)}
        note={[
          ofLimit(latest.memoryLimitBytes === null ? null : formatBytes(latest.memoryLimitBytes)),
          ...(latest.engineMemoryBytes === null
            ? []
            : [t('detail.usage.engine', { size: formatBytes(latest.engineMemoryBytes) })]),
        ].join(', ')}
        times={times}
        lines={[{ token: '--chart-memory', values: history.map(({ memoryBytes }) => memoryBytes) }]}
        limit={latest.memoryLimitBytes}
        format={formatBytes}
        binary
      />
      <RateCard title={t('detail.usage.io')} history={history} times={times} of="io" />
      <RateCard title={t('detail.usage.network')} history={history} times={times} of="network" />
      <ChartCard
        title={t('detail.usage.pids')}
        value={String(latest.pids)}
        note={ofLimit(latest.pidsLimit === null ? null : String(latest.pidsLimit))}
        times={times}
        lines={[{ token: '--chart-pids', values: history.map(({ pids }) => pids) }]}
        // A limit thousands above the use would flatten the line.
        limit={latest.pidsLimit !== null && latest.pidsLimit < latest.pids * 8 ? latest.pidsLimit : null}
        format={(value) => (Number.isInteger(value) ? String(value) : '')}
      />
    </div>
  )
}

interface RateProps {
  readonly title: string
  readonly history: UsageHistory
  readonly times: readonly number[]
  readonly of: 'io' | 'network'
}

function RateCard({ title, history, times, of }: RateProps): ReactNode {
  const { t } = useTranslation()
  const first = ratesOf(history, of === 'io' ? 'ioReadBytes' : 'netReceiveBytes')
  const second = ratesOf(history, of === 'io' ? 'ioWriteBytes' : 'netSendBytes')
  const rate = (values: readonly number[]): string =>
    t('detail.usage.perSecond', { rate: formatBytes(values.at(-1) ?? 0) })
  return (
    <ChartCard
      title={title}
      value={rate(first)}
      note={
        <>
          <Key token="--chart-read">{t(of === 'io' ? 'detail.usage.read' : 'detail.usage.receive')}</Key>{' '}
          <Key token="--chart-write">
            {rate(second)} {t(of === 'io' ? 'detail.usage.write' : 'detail.usage.send')}
          </Key>
        </>
      }
      times={times}
      lines={[
        { token: '--chart-read', values: first },
        { token: '--chart-write', values: second },
      ]}
      limit={null}
      format={formatBytes}
      binary
    />
  )
}

function Key({ token, children }: { readonly token: string; readonly children: ReactNode }): ReactNode {
  return (
    <span className="chart-key" style={{ '--key': `var(${token})` } as CSSProperties}>
      {children}
    </span>
  )
}

interface CardProps {
  readonly title: string
  readonly value: string
  readonly note: ReactNode
  readonly times: readonly number[]
  readonly lines: readonly ChartLine[]
  readonly limit: number | null
  readonly format: (value: number) => string
  readonly binary?: boolean
}

function ChartCard({ title, value, note, ...chart }: CardProps): ReactNode {
  return (
    <section className="chart-card" aria-label={title}>
      <div className="chart-head">
        <h2>{title}</h2>
        <span className="chart-value">{value}</span>
        <span className="chart-note">{note}</span>
      </div>
      <Chart label={title} {...chart} />
    </section>
  )
}
