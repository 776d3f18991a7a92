import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ClassProfile } from '#contract/classes'
import { ClassIcon } from '../../components/class-badge.tsx'
import { wordedText } from '../../copy/i18n.ts'
import { estimateTexts } from '../../model/estimate.ts'
import { Limitations } from '../create/class-notes.tsx'

/** What this host makes of one class: engine, cost, what is different, or what to do to get it. */
export function ClassProfileCard({ profile }: { readonly profile: ClassProfile }): ReactNode {
  const { t } = useTranslation()
  const {
    class: value,
    available,
    engine,
    explanation,
    explanationWording,
    emulated,
    emulatedWording,
    estimate,
  } = profile
  const texts = estimateTexts(estimate, t)
  return (
    <article className="offer" data-class={value} data-available={available}>
      <h3>
        <ClassIcon value={value} />
        {t(`sandboxes.class.${value}.name`)}
        <span className="offer-state">
          {!available ? t('host.unavailable') : emulated === null ? t('host.available') : t('classes.emulated')}
        </span>
      </h3>
      <p>{t(`sandboxes.class.${value}.short`)}</p>
      <p>{wordedText(explanation, explanationWording)}</p>
      {available && emulated !== null && <p className="offer-emulated">{wordedText(emulated, emulatedWording)}</p>}
      {available && (
        <dl className="offer-figures">
          {engine !== null && <Figure name={t('detail.facts.engine')} text={engine} />}
          <Figure name={t('classes.estimate.start')} text={texts.start} />
          <Figure name={t('classes.estimate.memory')} text={texts.memory} />
          <Figure name={t('classes.estimate.calls')} text={texts.calls} />
        </dl>
      )}
      {available ? <Limitations profile={profile} /> : <p>{t('host.whatToDo')}</p>}
    </article>
  )
}

function Figure({ name, text }: { readonly name: string; readonly text: string }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  )
}
