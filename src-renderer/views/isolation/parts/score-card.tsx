import type { CSSProperties, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Score, ScorePart } from '#contract/isolation'
import './score.css'

/** Good, fair or weak, so that the number has a word. */
export function scoreLevel(value: number): 'strong' | 'fair' | 'weak' {
  return value >= 80 ? 'strong' : value >= 50 ? 'fair' : 'weak'
}

/** A score as a number with its word. */
export function ScoreMark({ value, label }: { readonly value: number; readonly label: string }): ReactNode {
  const { t } = useTranslation()
  const level = scoreLevel(value)
  return (
    <span className="score-mark" data-level={level}>
      <span className="score-label">{label}</span>
      <strong>{value}</strong>
      <span className="visually-hidden">{t('isolation.score.value', { value })},</span>
      <span>{t(`isolation.score.word.${level}`)}</span>
    </span>
  )
}

interface Props {
  readonly label: string
  readonly score: Score
}

/** A score with all that it is made of. */
export function ScoreCard({ label, score }: Props): ReactNode {
  const { t } = useTranslation()
  return (
    <section className="score-card" aria-label={label} data-level={scoreLevel(score.value)}>
      <ScoreMark value={score.value} label={label} />
      <p className="panel-note">{t('isolation.score.explained')}</p>
      <ul className="score-parts" aria-label={t('isolation.score.derivation')}>
        {score.parts.map((part) => (
          <Part key={part.sentence} part={part} />
        ))}
      </ul>
    </section>
  )
}

function Part({ part }: { readonly part: ScorePart }): ReactNode {
  const { t } = useTranslation()
  const { points, of, sentence } = part
  return (
    <li>
      <span>{sentence}</span>
      <span className="score-points">{t('isolation.score.points', { points, of })}</span>
      <span className="score-bar" aria-hidden="true" data-short={points < of}>
        <span style={{ width: `${of > 0 ? Math.max(0, (points / of) * 100) : 0}%` } as CSSProperties} />
      </span>
    </li>
  )
}
