import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { IsolationView } from '#contract/isolation'
import { useIsolation } from '../../../store/isolation-store.ts'
import { levelOf, type Pair, pairKey, pairsOf, seriesOf } from './interference-series.ts'

/**
 * Who waits for whom, now and over ten minutes. Only those that are in it have a row or column: a host with 200 would hide
 * the two that matter.
 */
export function InterferenceMatrix({ view }: { readonly view: IsolationView }): ReactNode {
  const { t } = useTranslation()
  const slots = useIsolation((state) => state.slots)
  const names = new Map(view.sandboxes.map(({ id, name }) => [id, name]))
  const name = (id: string): string => names.get(id) ?? id
  const pairs = pairsOf(view.interference, slots)
  const culprits = [...new Set(pairs.map(({ culprit }) => culprit))]
  const victims = [...new Set(pairs.map(({ victim }) => victim))]
  if (pairs.length === 0) return null
  return (
    <section aria-labelledby="matrix-title">
      <h2 id="matrix-title">{t('isolation.interference.matrix')}</h2>
      <table className="plain-table matrix" aria-labelledby="matrix-title">
        <caption className="panel-note">{t('isolation.interference.matrixCaption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('isolation.interference.waits')}</th>
            {culprits.map((id) => (
              <th key={id} scope="col">
                {name(id)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {victims.map((victim) => (
            <tr key={victim}>
              <th scope="row">{name(victim)}</th>
              {culprits.map((culprit) => (
                <td key={culprit}>
                  {pairs
                    .filter((pair) => pair.victim === victim && pair.culprit === culprit)
                    .map((pair) => (
                      <Cell key={pairKey(pair)} pair={pair} series={seriesOf(slots, pair)} name={name} />
                    ))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface CellProps {
  readonly pair: Pair & { readonly strength: number }
  readonly series: readonly number[]
  readonly name: (id: string) => string
}

function Cell({ pair, series, name }: CellProps): ReactNode {
  const { t } = useTranslation()
  const percent = Math.round(pair.strength * 100)
  const resource = t(`isolation.interference.resource.${pair.resource}`)
  const words = { victim: name(pair.victim), culprit: name(pair.culprit), percent, resource }
  return (
    <span className="matrix-cell" data-level={levelOf(pair.strength)} title={t('isolation.interference.cell', words)}>
      {t('isolation.interference.percent', { percent })} {resource}
      {series.length > 0 && <Strip series={series} />}
    </span>
  )
}

const bar = { width: 3, height: 16 } as const

/** A bar for each slot, as high as the share. */
function Strip({ series }: { readonly series: readonly number[] }): ReactNode {
  const { t } = useTranslation()
  const width = series.length * bar.width
  const percent = Math.round(Math.max(0, ...series) * 100)
  return (
    <svg
      className="strip"
      role="img"
      aria-label={t('isolation.interference.strip', { percent })}
      width={width}
      height={bar.height}
      viewBox={`0 0 ${width} ${bar.height}`}
    >
      {series.map((share, index) => {
        const height = Math.max(1, share * bar.height)
        return (
          <rect
            // The place is what a bar is.
            // oxlint-disable-next-line react/no-array-index-key
            key={index}
            data-level={levelOf(share)}
            x={index * bar.width}
            y={bar.height - height}
            width={bar.width - 1}
            height={height}
          />
        )
      })}
    </svg>
  )
}
