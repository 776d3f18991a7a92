import { CircleX, Info, Lightbulb, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ClassAdvice, ClassProblem, ClassProfile } from '#contract/classes'
import { Segments } from '../../components/toggles.tsx'
import { wordedText, wordedTexts } from '../../copy/i18n.ts'
import type { CreateForm } from './create-form.ts'
import './class-picker.css'

/** What stands against a class, worst first, each with a shape and a word for how bad it is. */
export function ProblemList({ problems }: { readonly problems: readonly ClassProblem[] }): ReactNode {
  const { t } = useTranslation()
  if (problems.length === 0) return null
  const order = ['blocks', 'loses', 'note'] as const
  const sorted = [...problems].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
  return (
    <ul className="class-problems">
      {sorted.map((problem) => (
        <li key={`${problem.reason} ${problem.message}`} data-level={problem.level}>
          {problem.level === 'blocks' && <CircleX aria-hidden="true" />}
          {problem.level === 'loses' && <TriangleAlert aria-hidden="true" />}
          {problem.level === 'note' && <Info aria-hidden="true" />}
          <span>
            <strong>{t(`classes.problem.${problem.level}`)}.</strong>{' '}
            {wordedText(problem.message, problem.wording ?? problem)}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** What a class does otherwise than a container. */
export function Limitations({ profile }: { readonly profile: ClassProfile }): ReactNode {
  const { t } = useTranslation()
  const { limitations } = profile
  if (limitations.length === 0) return null
  return (
    <details className="limitations">
      <summary>{t('classes.limitationsCount', { count: limitations.length })}</summary>
      <dl>
        {limitations.map(({ feature, reason, wording }) => (
          <div key={feature}>
            <dt>{t(`classes.feature.${feature}`)}</dt>
            <dd>{wordedText(reason, wording)}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

interface NotesProps {
  readonly profile: ClassProfile | undefined
  readonly advice: ClassAdvice | null
  readonly origin: CreateForm['origin']
  readonly onOrigin: (origin: CreateForm['origin']) => void
}

/** What the advisor says, and what the chosen class means for this very wish. */
export function ClassNotes({ profile, advice, origin, onOrigin }: NotesProps): ReactNode {
  const { t } = useTranslation()
  const problems = advice?.classes.find((each) => each.class === profile?.class)?.problems ?? []
  return (
    <section className="class-notes" aria-label={t('classes.advice')}>
      <div className="class-origin">
        <span>{t('create.origin')}</span>
        <Segments
          label={t('create.origin')}
          value={origin}
          onChange={onOrigin}
          options={(['unsaid', 'mine', 'others'] as const).map((value) => ({
            value,
            label: t(`create.originWord.${value}`),
          }))}
        />
      </div>
      {advice && advice.because.length > 0 && (
        <div className="class-advice" data-class={advice.recommended}>
          <Lightbulb aria-hidden="true" />
          <div>
            {wordedTexts(advice.because, advice.becauseWordings).map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
          </div>
        </div>
      )}
      <ProblemList problems={problems} />
      {profile?.available && <Limitations profile={profile} />}
    </section>
  )
}
