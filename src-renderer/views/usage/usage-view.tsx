import { Download, RotateCcw, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Sandbox } from '#contract/sandbox'
import { saveCsv } from '../../actions/usage-actions.ts'
import { Button } from '../../components/button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Select } from '../../components/select.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { Segments } from '../../components/toggles.tsx'
import { type Past, type PastRange, pastRanges, usePasts, type Zoom } from '../../store/past-store.ts'
import { cards } from './cards.ts'
import { toCsv, valuesOf, withoutBefore } from './past-series.ts'
import { type Shown, UsageCard } from './usage-card.tsx'
import { useLimits } from './use-limits.ts'
import './usage.css'

interface Props {
  /** Null: this machine. */
  readonly sandbox: Sandbox | null
  /** Those that it can be compared with. */
  readonly others: readonly Sandbox[]
}

/** More lines in one chart are a tangle. */
const mostCompared = 3

/** What one used over time, beside others if that is wanted. */
export function UsageView({ sandbox, others }: Props): ReactNode {
  const { t } = useTranslation()
  const [range, setRange] = useState<PastRange>('minutes')
  const [zoom, setZoom] = useState<Zoom | null>(null)
  const [asTable, setAsTable] = useState(false)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const compared = others.filter(({ id }) => chosen.includes(id))
  const pasts = usePasts([sandbox?.id ?? null, ...compared.map(({ id }) => id)], range, zoom)
  const name = sandbox?.name ?? t('usage.machine')
  const [own] = pasts
  return (
    <div className="past-view">
      <Tools
        range={range}
        asTable={asTable}
        isZoomed={zoom !== null}
        choices={compared.length < mostCompared ? others.filter(({ id }) => !chosen.includes(id)) : []}
        compared={compared}
        onRange={(next) => {
          setRange(next)
          setZoom(null)
        }}
        onTable={setAsTable}
        onCompared={setChosen}
        onReset={() => setZoom(null)}
        onCsv={
          own?.kind === 'ready'
            ? () => void saveCsv(`${sandbox?.name ?? 'machine'}-usage`, toCsv(name, own.history))
            : null
        }
      />
      <Cards
        sandbox={sandbox}
        pasts={pasts}
        names={[name, ...compared.map((each) => each.name)]}
        range={range}
        asTable={asTable}
        onZoom={setZoom}
      />
    </div>
  )
}

interface ToolsProps {
  readonly range: PastRange
  readonly asTable: boolean
  readonly isZoomed: boolean
  /** Those that can still be compared. */
  readonly choices: readonly Sandbox[]
  readonly compared: readonly Sandbox[]
  readonly onRange: (range: PastRange) => void
  readonly onTable: (asTable: boolean) => void
  readonly onCompared: (ids: readonly string[]) => void
  readonly onReset: () => void
  /** Null: there is nothing yet. */
  readonly onCsv: (() => void) | null
}

function Tools(props: ToolsProps): ReactNode {
  const { t } = useTranslation()
  const { range, asTable, isZoomed, choices, compared, onRange, onTable, onCompared, onReset, onCsv } = props
  return (
    <div className="usage-tools" role="group" aria-label={t('usage.tools')}>
      <Segments
        label={t('usage.range')}
        value={range}
        onChange={onRange}
        options={pastRanges.map((value) => ({ value, label: t(`usage.ranges.${value}`) }))}
      />
      <Segments
        label={t('usage.view')}
        value={asTable ? 'table' : 'chart'}
        onChange={(next) => onTable(next === 'table')}
        options={(['chart', 'table'] as const).map((value) => ({ value, label: t(`usage.${value}`) }))}
      />
      {choices.length > 0 && (
        <Select
          label={t('usage.compare')}
          value=""
          options={[
            { value: '', label: t('usage.compareWith') },
            ...choices.map(({ id, name: label }) => ({ value: id as string, label })),
          ]}
          onChange={(id) => id !== '' && onCompared([...compared.map((each) => each.id), id])}
        />
      )}
      {compared.map(({ id, name: other }) => (
        <Button
          key={id}
          size="small"
          aria-label={t('usage.compareNoMore', { name: other })}
          onClick={() => onCompared(compared.map((each) => each.id).filter((each) => each !== id))}
        >
          {other}
          <X aria-hidden="true" />
        </Button>
      ))}
      <span className="usage-space" />
      {isZoomed ? (
        <Button size="small" onClick={onReset}>
          <RotateCcw aria-hidden="true" />
          {t('usage.reset')}
        </Button>
      ) : (
        !asTable && <span className="usage-hint">{t('usage.zoomHint')}</span>
      )}
      <Button size="small" disabled={onCsv === null} onClick={() => onCsv?.()}>
        <Download aria-hidden="true" />
        {t('usage.csv')}
      </Button>
    </div>
  )
}

interface CardsProps {
  readonly sandbox: Sandbox | null
  readonly pasts: readonly Past[]
  readonly names: readonly string[]
  readonly range: PastRange
  readonly asTable: boolean
  readonly onZoom: (zoom: Zoom | null) => void
}

function Cards({ sandbox, pasts, names, range, asTable, onZoom }: CardsProps): ReactNode {
  const { t } = useTranslation()
  const [place, setPlace] = useState<number | null>(null)
  const limitOf = useLimits(sandbox)
  const [own] = pasts
  if (!own || own.kind === 'loading') return <Skeleton label={t('usage.loading')} rows={3} rowHeight={150} />
  if (own.kind === 'error') {
    return (
      <div className="section">
        <ErrorNotice title={t('usage.error')} error={own.error} onRemedy={() => undefined} />
      </div>
    )
  }
  const known = valuesOf(own.history, 'memory').some((value) => value !== null)
  if (!known) return <EmptyState title={t('usage.nothing')} text={t('usage.nothingText')} />
  const shown = pasts.flatMap((past, which): Shown[] =>
    past.kind === 'ready' ? [{ name: names[which] ?? '', history: withoutBefore(past.history) }] : [],
  )
  return (
    <div className="charts">
      {cards.map((card) => (
        <UsageCard
          key={card.id}
          card={card}
          shown={shown}
          range={range}
          asTable={asTable}
          place={place}
          limit={shown.length === 1 ? limitOf(card) : null}
          onPlace={setPlace}
          onZoom={(since, until) => onZoom({ since: Math.floor(since) * 1000, until: Math.ceil(until) * 1000 })}
          onReset={() => onZoom(null)}
        />
      ))}
    </div>
  )
}
