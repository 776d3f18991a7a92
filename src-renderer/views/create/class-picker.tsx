import { ThumbsUp } from 'lucide-react'
import { RadioGroup } from 'radix-ui'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { ClassProfile } from '#contract/classes'
import { IsolationClass } from '#contract/sandbox'
import { ClassIcon } from '../../components/class-badge.tsx'
import { wordedText } from '../../copy/i18n.ts'
import { estimateTexts } from '../../model/estimate.ts'
import { type ClassesModel, profileOf } from '../../store/classes-store.ts'
import './create.css'
import './class-picker.css'

interface ClassPickerProps {
  readonly label: string
  readonly value: IsolationClass
  readonly onChange: (value: IsolationClass) => void
  readonly classes: ClassesModel
  readonly recommended?: IsolationClass | undefined
  /** What a sandbox is now: shown, and not to be chosen again. */
  readonly present?: IsolationClass
  readonly disabled?: boolean
}

/** How strong the isolation shall be, weakest first. A class that this host does not offer shows why before anybody tries. */
export function ClassPicker({
  label,
  value,
  onChange,
  classes,
  recommended,
  present,
  disabled,
}: ClassPickerProps): ReactNode {
  const { t } = useTranslation()
  const title = useId()
  return (
    <fieldset aria-labelledby={title}>
      <div className="option-head">
        <span id={title} className="group-title">
          {label}
        </span>
        <span className="option-scale" aria-hidden="true">
          {t('classes.weakest')} <span className="option-scale-line" /> {t('classes.strongest')}
        </span>
      </div>
      <RadioGroup.Root
        className="option-group"
        aria-labelledby={title}
        value={value}
        disabled={disabled ?? false}
        onValueChange={(next) => onChange(IsolationClass.parse(next))}
      >
        {IsolationClass.options.map((option) => (
          <ClassChoice
            key={option}
            value={option}
            profile={profileOf(classes, option)}
            isRecommended={recommended === option}
            isPresent={present === option}
          />
        ))}
      </RadioGroup.Root>
    </fieldset>
  )
}

interface ChoiceProps {
  readonly value: IsolationClass
  readonly profile: ClassProfile | undefined
  readonly isRecommended: boolean
  readonly isPresent: boolean
}

/** Until the agent has answered, the container class is open: it is the one that every host is expected to have. */
function ClassChoice({ value, profile, isRecommended, isPresent }: ChoiceProps): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const available = profile?.available ?? value === 'container'
  return (
    <RadioGroup.Item
      className="option-card"
      value={value}
      data-class={value}
      disabled={!available || isPresent}
      aria-labelledby={`${id}-name`}
      aria-describedby={`${id}-text`}
    >
      <span className="option-name" id={`${id}-name`}>
        <ClassIcon value={value} />
        {t(`sandboxes.class.${value}.name`)}
        {isPresent && <span className="option-mark">{t('classes.change.now')}</span>}
        {isRecommended && (
          <span className="option-mark" data-recommended="true">
            <ThumbsUp aria-hidden="true" />
            {t('classes.recommended')}
          </span>
        )}
      </span>
      <span id={`${id}-text`} className="option-text">
        <span>{t(`sandboxes.class.${value}.short`)}</span>
        {available && profile && <Estimate profile={profile} />}
        {available && profile?.emulated && (
          <span className="option-emulated">
            <strong>{t('classes.emulatedBecause')}</strong> {wordedText(profile.emulated, profile.emulatedWording)}
          </span>
        )}
        {!available && (
          <em>{profile ? wordedText(profile.explanation, profile.explanationWording) : t('create.classLoading')}</em>
        )}
      </span>
    </RadioGroup.Item>
  )
}

/** Three figures in words, because a button holds no list. */
function Estimate({ profile }: { readonly profile: ClassProfile }): ReactNode {
  const { t } = useTranslation()
  const { start, memory, calls } = estimateTexts(profile.estimate, t)
  const unknown = t('classes.estimate.unknown')
  const rows = [
    [t('classes.estimate.start'), start],
    [t('classes.estimate.memory'), memory],
    [t('classes.estimate.calls'), calls],
  ] as const
  // The same words three times say no more than once.
  if (rows.every(([, text]) => text === unknown))
    return <span className="option-unmeasured">{t('classes.unmeasured')}</span>
  return (
    <span className="option-estimate" title={profile.estimate.measuredHere ? undefined : t('classes.estimate.general')}>
      {rows.map(([name, text]) => (
        <span key={name} className="option-figure">
          <span>{name}</span> <strong>{text}</strong>
        </span>
      ))}
    </span>
  )
}
