import { Plus } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppError } from '#contract/app-error'
import { VolumeName } from '#contract/volume'
import { applyRemedy } from '../../actions/remedies.ts'
import { makeVolume } from '../../actions/volume-actions.ts'
import { Button } from '../../components/button.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { TextField } from '../../components/field.tsx'
import { useIsLive } from '../../store/agent-store.ts'

/** Takes a name and makes a volume of it. */
export function CreateVolume(): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const [text, setText] = useState('')
  const [error, setError] = useState<AppError | null>(null)
  const name = text.trim()
  const isName = VolumeName.safeParse(name).success
  const create = async (): Promise<void> => {
    const failure = await makeVolume(name)
    setError(failure)
    if (failure === null) setText('')
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isName) void create()
  }
  const change = (typed: string): void => {
    setText(typed)
    setError(null)
  }
  return (
    <form className="volume-create" onSubmit={submit}>
      <TextField
        label={t('volumes.createLabel')}
        hint={t('volumes.createHint')}
        placeholder={t('volumes.createPlaceholder')}
        value={text}
        problem={name === '' || isName ? undefined : t('volumes.nameInvalid')}
        onChange={change}
        beside={
          <Button type="submit" disabled={!live || !isName}>
            <Plus aria-hidden="true" />
            {t('volumes.create')}
          </Button>
        }
      />
      {error && <ErrorNotice title={t('volumes.createFailed')} error={error} onRemedy={applyRemedy} />}
    </form>
  )
}
