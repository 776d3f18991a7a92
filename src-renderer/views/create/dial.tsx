import { Globe, Unplug } from 'lucide-react'
import { RadioGroup } from 'radix-ui'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { ClassOffer } from '#contract/agent'
import { IsolationClass, type NetworkMode } from '#contract/sandbox'
import { ClassIcon } from '../../components/class-badge.tsx'
import type { HostModel } from '../../store/host-store.ts'
import './create.css'

interface DialProps {
  readonly value: IsolationClass
  readonly onChange: (value: IsolationClass) => void
  readonly host: HostModel
}

/** How strong the wall shall be. A class that this host does not offer says why before anybody tries. */
export function ClassDial({ value, onChange, host }: DialProps): ReactNode {
  const { t } = useTranslation()
  const title = useId()
  const offers = host.kind === 'ready' ? host.report.classes : null
  return (
    <fieldset aria-labelledby={title}>
      <div id={title} className="group-title">
        {t('create.class')}
      </div>
      <RadioGroup.Root
        className="dial"
        aria-labelledby={title}
        value={value}
        onValueChange={(next) => onChange(IsolationClass.parse(next))}
      >
        {IsolationClass.options.map((option) => (
          <ClassChoice key={option} value={option} offer={offers?.find((offer) => offer.class === option)} />
        ))}
      </RadioGroup.Root>
    </fieldset>
  )
}

/** Until the host has answered, the container class is open: it is the one that every host is expected to have. */
function ClassChoice(props: { readonly value: IsolationClass; readonly offer: ClassOffer | undefined }): ReactNode {
  const { value, offer } = props
  const { t } = useTranslation()
  const available = offer?.available ?? value === 'container'
  return (
    <RadioGroup.Item className="dial-choice" value={value} data-class={value} disabled={!available}>
      <span className="dial-name">
        <ClassIcon value={value} />
        {t(`sandboxes.class.${value}.name`)}
      </span>
      <span>{t(`sandboxes.class.${value}.short`)}</span>
      {!available && <em>{offer?.explanation ?? t('create.classLoading')}</em>}
    </RadioGroup.Item>
  )
}

interface NetworkProps {
  readonly value: NetworkMode
  readonly onChange: (value: NetworkMode) => void
}

export function NetworkChoice({ value, onChange }: NetworkProps): ReactNode {
  const { t } = useTranslation()
  const title = useId()
  return (
    <fieldset aria-labelledby={title}>
      <div id={title} className="group-title">
        {t('create.network')}
      </div>
      <RadioGroup.Root
        className="dial"
        data-columns="2"
        aria-labelledby={title}
        value={value}
        onValueChange={(next) => onChange(next as NetworkMode)}
      >
        {(['nat', 'none'] as const).map((mode) => (
          <RadioGroup.Item key={mode} className="dial-choice" value={mode}>
            <span className="dial-name">
              {mode === 'nat' ? <Globe aria-hidden="true" /> : <Unplug aria-hidden="true" />}
              {t(`create.networkMode.${mode}.name`)}
            </span>
            <span>{t(`create.networkMode.${mode}.text`)}</span>
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
    </fieldset>
  )
}
