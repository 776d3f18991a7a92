import { Globe, Unplug } from 'lucide-react'
import { RadioGroup } from 'radix-ui'
import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { NetworkMode, Sandbox } from '#contract/sandbox'
import { Combobox, type ComboboxOption } from '../../components/combobox.tsx'
import { useAgent } from '../../store/agent-store.ts'
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

interface NameProps {
  readonly value: string
  readonly problem: string | undefined
  readonly onChange: (value: string) => void
}

/** The network it shares with others; those that exist are suggested, any other name makes one. */
export function NetworkNameField({ value, problem, onChange }: NameProps): ReactNode {
  const { t } = useTranslation()
  const sandboxes = useAgent((state) => state.sandboxes)
  const options = [...countNetworks(sandboxes.values())].map(
    ([name, count]): ComboboxOption => ({ value: name, note: t('create.networkNameNote', { count }) }),
  )
  return (
    <Combobox
      label={t('create.networkName')}
      listLabel={t('create.networkNameList')}
      placeholder={t('create.networkNamePlaceholder')}
      nothing={t('create.networkNameNew')}
      hint={t('create.networkNameHint')}
      value={value}
      options={options}
      problem={problem}
      onChange={onChange}
    />
  )
}

/** How many are on each network, by name. */
export function countNetworks(sandboxes: Iterable<Pick<Sandbox, 'spec'>>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { spec } of sandboxes) {
    if (spec.networkName !== null) counts.set(spec.networkName, (counts.get(spec.networkName) ?? 0) + 1)
  }
  return new Map([...counts].sort(([a], [b]) => a.localeCompare(b)))
}
