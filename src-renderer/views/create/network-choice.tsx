import { Globe, Unplug } from 'lucide-react'
import { RadioGroup } from 'radix-ui'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { NetworkMode } from '#contract/sandbox'
import './create.css'

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
        className="option-group"
        data-columns="2"
        aria-labelledby={title}
        value={value}
        onValueChange={(next) => onChange(next as NetworkMode)}
      >
        {(['nat', 'none'] as const).map((mode) => (
          <RadioGroup.Item key={mode} className="option-card" value={mode}>
            <span className="option-name">
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
