import { Check, X } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from './button.tsx'

interface Props {
  readonly name: string
  /** Accessible name of the field. */
  readonly label: string
  readonly isValid: (name: string) => boolean
  /** What is wrong with a name that is not valid. */
  readonly problem: string
  /** For the form's layout. */
  readonly className: string
  /** Resolves to whether the name was taken; where not, that was said. Not called where the name stays. */
  readonly onRename: (name: string) => Promise<boolean>
  readonly onClose: () => void
}

/** A name that is changed in place: Enter saves, Escape leaves it. */
export function RenameForm({ name, label, isValid, problem, className, onRename, onClose }: Props): ReactNode {
  const { t } = useTranslation()
  const [value, setValue] = useState(name)
  const valid = isValid(value.trim())
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!valid) return
    if (value.trim() === name || (await onRename(value.trim()))) onClose()
  }
  return (
    <form className={className} onSubmit={(event) => void submit(event)}>
      <input
        // The person has just asked to type here.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        className="input"
        aria-label={label}
        aria-invalid={!valid}
        title={valid ? undefined : problem}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => setValue(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
      />
      <IconButton size="small" type="submit" label={t('common.save')}>
        <Check />
      </IconButton>
      <IconButton size="small" label={t('common.cancel')} onClick={onClose}>
        <X />
      </IconButton>
    </form>
  )
}
