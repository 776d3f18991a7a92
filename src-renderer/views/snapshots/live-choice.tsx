import { Info } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Switch } from '../../components/toggles.tsx'
import type { LiveAbility } from './live-ability.ts'

interface Props {
  readonly label: string
  /** What it means where it can be chosen. */
  readonly text: string
  readonly ability: LiveAbility | { readonly kind: 'none' }
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}

/** With memory or not; where it cannot be, the reason stands in place of the switch. */
export function LiveChoice({ label, text, ability, checked, onChange }: Props): ReactNode {
  const { t } = useTranslation()
  if (ability.kind === 'can')
    return (
      <div className="choice-block">
        <Switch label={label} checked={checked} onChange={onChange} />
        <p className="choice-text">{text}</p>
      </div>
    )
  const reason = ability.kind === 'class' ? { reason: ability.reason } : {}
  return (
    <p className="choice-reason">
      <Info aria-hidden="true" />
      <span>
        <strong>{label}.</strong> {t(`snapshots.live.${ability.kind}`, { reason: '', ...reason })}
      </span>
    </p>
  )
}
