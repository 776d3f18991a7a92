import type { TFunction } from 'i18next'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ChangePlan } from '#contract/sandbox-operations'
import { wordedText, wordedTexts } from '../../copy/i18n.ts'
import { PlanList } from '../change-class/plan-view.tsx'

/** What the form can change. */
const known = { limits: 'limits', restartPolicy: 'startedAgain', ports: 'ports', env: 'env', labels: 'labels' } as const

/** What a change would do, before it is made. */
export function EditPlan({ plan }: { readonly plan: ChangePlan }): ReactNode {
  const { t } = useTranslation()
  const texts = (level: 'blocks' | 'note') =>
    plan.problems
      .filter((problem) => problem.level === level)
      .map((problem) => wordedText(problem.message, problem.wording ?? problem))
  const notes = [...texts('note'), ...(plan.keepsSnapshot ? [t('edit.snapshotFirst')] : [])]
  return (
    <div className="plan">
      <section>
        <h3>{t('edit.whatChanges')}</h3>
        {plan.fields.length === 0 && <p className="plan-note">{t('edit.nothing')}</p>}
        <ul className="plan-steps">
          {plan.fields.map(({ field, effect }) => (
            <li key={field} className="edit-field">
              <span>{nameOfField(field, t)}</span>
              <span className="plan-note">{t(`edit.effect.${effect}`)}</span>
            </li>
          ))}
        </ul>
      </section>
      {texts('blocks').length > 0 && <PlanList title={t('edit.prevents')} lines={texts('blocks')} tone="warn" />}
      {plan.lost.length > 0 && (
        <PlanList title={t('edit.lost')} lines={wordedTexts(plan.lost, plan.lostWordings)} tone="warn" />
      )}
      {notes.length > 0 && <PlanList title={t('edit.notes')} lines={notes} tone="good" />}
    </div>
  )
}

/** What the command line has changed meanwhile may be a field that no form shows. */
export function nameOfField(field: string, t: TFunction): string {
  return Object.hasOwn(known, field) ? t(`edit.${known[field as keyof typeof known]}`) : field
}
