import type { TFunction } from 'i18next'
import { Volume2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '#contract/byte-size'
import type { Interference, IsolationView } from '#contract/isolation'
import { calm } from '../../../actions/isolation-actions.ts'
import { Button } from '../../../components/button.tsx'
import { EmptyState } from '../../../components/empty-state.tsx'
import { Sparkline } from '../../../components/sparkline.tsx'
import { useIsLive } from '../../../store/agent-store.ts'
import { useIsolation } from '../../../store/isolation-store.ts'
import { InterferenceMatrix } from './interference-matrix.tsx'
import { levelOf, pairKey, seriesOf } from './interference-series.ts'
import { PressureTable } from './pressure-table.tsx'
import '../parts/tables.css'

/** Who disturbs whom, now and over the last two minutes. */
export function InterferenceView({ view }: { readonly view: IsolationView }): ReactNode {
  const { t } = useTranslation()
  const items = [...view.interference].sort((a, b) => b.strength - a.strength)
  return (
    <div className="interference">
      <section aria-labelledby="noisy-title">
        <h2 id="noisy-title">{t('isolation.interference.title')}</h2>
        {items.length === 0 ? (
          <EmptyState title={t('isolation.interference.none')} text={t('isolation.interference.noneText')} />
        ) : (
          <ul className="noisy">
            {items.map((each) => (
              <NoisyNeighbour key={pairKey(each)} item={each} view={view} />
            ))}
          </ul>
        )}
      </section>
      <InterferenceMatrix view={view} />
      <PressureTable view={view} />
    </div>
  )
}

interface NoisyProps {
  readonly item: Interference
  readonly view: IsolationView
}

function NoisyNeighbour({ item, view }: NoisyProps): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const slots = useIsolation((state) => state.slots)
  const name = view.sandboxes.find(({ id }) => id === item.culprit)?.name ?? item.culprit
  const { suggestion } = item
  return (
    <li>
      <Volume2 aria-hidden="true" />
      <div className="noisy-text">
        <p>{item.sentence}</p>
        {suggestion && <p className="panel-note">{suggestion.sentence}</p>}
      </div>
      <Sparkline
        label={t('isolation.interference.overTime', { name })}
        values={[...seriesOf(slots, item), item.strength]}
        ceiling={1}
        color="var(--edge-writable)"
      />
      <span className="noisy-share" data-level={levelOf(item.strength)}>
        {t('isolation.interference.percent', { percent: Math.round(item.strength * 100) })}
      </span>
      {suggestion && (
        <Button size="small" kind="primary" disabled={!live} onClick={() => void calm(suggestion, name)}>
          {t('isolation.interference.apply', { limit: limitText(suggestion, t) })}
        </Button>
      )}
    </li>
  )
}

function limitText({ cpus, memoryBytes }: NonNullable<Interference['suggestion']>, t: TFunction): string {
  return [
    ...(cpus === null ? [] : [t('isolation.interference.limitCpus', { cpus })]),
    ...(memoryBytes === null ? [] : [t('isolation.interference.limitMemory', { memory: formatBytes(memoryBytes) })]),
  ].join(', ')
}
