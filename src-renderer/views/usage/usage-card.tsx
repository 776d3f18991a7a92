import { ImageDown } from 'lucide-react'
import { type CSSProperties, type ReactNode, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { UsageHistory } from '#contract/usage-history'
import { savePng } from '../../actions/usage-actions.ts'
import { IconButton } from '../../components/button.tsx'
import type { PastRange } from '../../store/past-store.ts'
import { type Card, comparedTokens } from './cards.ts'
import { Chart, type ChartHold } from './chart.tsx'
import { formatChartTime } from './chart-time.ts'
import type { LimitWords } from './limit-handle.tsx'
import type { ChartData, ChartLine } from './make-chart.ts'
import { alignTo, bandsOf, lastOf, marksOf, startsOf, sumOf, timesOf, valuesOf } from './past-series.ts'
import { PastTable } from './past-table.tsx'

/** One whose history is shown, the first being whom the page is about. */
export interface Shown {
  readonly name: string
  readonly history: UsageHistory
}

interface Props {
  readonly card: Card
  readonly shown: readonly Shown[]
  readonly range: PastRange
  readonly asTable: boolean
  /** The step under the cursor, of any of the charts. */
  readonly place: number | null
  readonly limit: Omit<LimitWords, 'value' | 'format' | 'name'> | null
  readonly onPlace: (place: number | null) => void
  readonly onZoom: (since: number, until: number) => void
  readonly onReset: () => void
}

export function UsageCard({ card, shown, range, asTable, place, limit, ...events }: Props): ReactNode {
  const { t } = useTranslation()
  const chart = useRef<ChartHold>(null)
  const title = t(`usage.cards.${card.id}`)
  const words = useLineWords(card)
  const data = dataOf(card, shown, words)
  const at = place === null ? null : (data.times[place] ?? null)
  const value = (line: ChartLine): string => {
    const known = place === null ? lastOf(line.values) : (line.values[place] ?? null)
    return known === null ? '–' : card.format(known)
  }
  const [first] = data.lines
  const most = Math.max(0, ...(first?.max ?? first?.values ?? []).filter((each) => each !== null))
  const summary = t('usage.summary', { title, now: first ? value(first) : '–', most: card.format(most) })
  const present = data.limits && lastOf(data.limits)
  return (
    <section className="chart-card" aria-label={title}>
      <div className="chart-head">
        <h2>{title}</h2>
        <span className="chart-value">{first ? value(first) : '–'}</span>
        <span className="chart-note" aria-live="off">
          {at !== null && <time>{formatChartTime(at, range)}</time>}
          {data.lines.length > 1 &&
            data.lines.map((line) => (
              <Key key={line.label} token={line.token}>
                {line.label} {value(line)}
              </Key>
            ))}
          <Marks card={card} history={shown[0]?.history} />
        </span>
        <IconButton
          size="small"
          label={t('usage.png', { title })}
          disabledReason={asTable ? t('usage.pngOfChart') : undefined}
          onClick={() => savePicture(chart.current, `${shown[0]?.name ?? ''}-${card.id}`)}
        >
          <ImageDown />
        </IconButton>
      </div>
      {asTable ? (
        <PastTable title={title} data={data} range={range} format={card.format} />
      ) : (
        <Chart
          label={summary}
          data={data}
          binary={card.binary}
          format={card.format}
          formatTime={(seconds) => formatChartTime(seconds, range)}
          limit={limit && present !== null ? { ...limit, name: title, value: present, format: card.format } : null}
          hold={chart}
          {...events}
        />
      )}
    </section>
  )
}

function savePicture(chart: ChartHold | null, name: string): void {
  const base64 = chart?.toPng()
  if (base64) void savePng(name, base64)
}

function useLineWords(card: Card): readonly string[] {
  const { t } = useTranslation()
  return card.lines.map(({ metric }) => t(`usage.lines.${metric as 'cpu'}`))
}

/** Of one, all lines of the card; of several, one line each. */
function dataOf(card: Card, shown: readonly Shown[], words: readonly string[]): ChartData {
  const [own] = shown
  const empty = { times: [], lines: [], limits: null, bands: [], starts: [], marks: [] }
  if (!own) return empty
  const times = timesOf(own.history)
  const isCoarse = own.history.step > 1
  const ownLines = card.lines.map(({ metric, token }, line): ChartLine => {
    const values = valuesOf(own.history, metric)
    const spread =
      isCoarse && line === 0
        ? { min: valuesOf(own.history, metric, 'min'), max: valuesOf(own.history, metric, 'max') }
        : {}
    return { label: words[line] ?? '', token, values, ...spread }
  })
  const compared = shown.map(
    ({ name, history }, which): ChartLine => ({
      label: name,
      token: comparedTokens[which % comparedTokens.length] ?? '--chart-cpu',
      values: alignTo(times, history, sumOf(history, card.compared)),
    }),
  )
  const killed = card.id === 'memory' ? marksOf(own.history, 'oomKills') : []
  const heldBack = card.id === 'cpu' ? marksOf(own.history, 'cpuThrottled', 0.01) : []
  return {
    times,
    lines: shown.length > 1 ? compared : ownLines,
    limits: card.limit && shown.length === 1 ? valuesOf(own.history, card.limit.metric) : null,
    bands: bandsOf(own.history),
    starts: startsOf(own.history),
    marks: [
      ...heldBack.map((at) => ({ at, token: '--warn', sign: '' })),
      ...killed.map((at) => ({ at, token: '--bad', sign: '✕' })),
    ],
  }
}

/** What the signs in the chart mean, where there are any. */
function Marks({ card, history }: { readonly card: Card; readonly history: UsageHistory | undefined }): ReactNode {
  const { t } = useTranslation()
  if (!history) return null
  if (card.id === 'cpu' && marksOf(history, 'cpuThrottled', 0.01).length > 0) {
    const share = Math.round((lastOf(valuesOf(history, 'cpuThrottled')) ?? 0) * 100)
    return <Key token="--warn">{t('usage.heldBack', { percent: share })}</Key>
  }
  if (card.id === 'memory' && marksOf(history, 'oomKills').length > 0) {
    return <Key token="--bad">{t('usage.killed')}</Key>
  }
  return null
}

function Key({ token, children }: { readonly token: string; readonly children: ReactNode }): ReactNode {
  return (
    <span className="chart-key" style={{ '--key': `var(${token})` } as CSSProperties}>
      {children}
    </span>
  )
}
