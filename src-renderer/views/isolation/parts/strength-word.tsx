import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { styleOfStrength } from '#contract/graph/strengths'
import { Strength } from '#contract/isolation'
import '../graph/graph.css'

/** A strength as it is drawn, and its word. */
export function StrengthWord({ value }: { readonly value: Strength }): ReactNode {
  const { t } = useTranslation()
  const { dash, width } = styleOfStrength(value)
  return (
    <span className="strength" data-strength={value} title={t(`isolation.meaning.${value}`)}>
      <svg width={30} height={8} viewBox="0 0 30 8" aria-hidden="true">
        <path d="M1 4H29" strokeWidth={width} strokeDasharray={dash || undefined} />
      </svg>
      {t(`isolation.strength.${value}`)}
    </span>
  )
}

/** What the lines mean, weakest first. */
export function Legend(): ReactNode {
  const { t } = useTranslation()
  return (
    <ul className="legend" aria-label={t('isolation.graph.legend')}>
      {Strength.options.map((value) => (
        <li key={value}>
          <StrengthWord value={value} />
        </li>
      ))}
    </ul>
  )
}
