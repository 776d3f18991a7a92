import { Download } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../components/button.tsx'
import { TextField } from '../../components/field.tsx'
import { useIsLive } from '../../store/agent-store.ts'
import { PullFailure } from './pull-failure.tsx'
import { usePull } from './use-pull.ts'

/** Takes the name of an image and fetches it; how far it is stands among the work in progress. */
export function PullField(): ReactNode {
  const { t } = useTranslation()
  const live = useIsLive()
  const [ref, setRef] = useState('')
  const { busy, error, pull, clear } = usePull()
  const start = async (allowHosts: readonly string[] = []): Promise<void> => {
    if ((await pull(ref, allowHosts)) !== null) setRef('')
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (ref.trim() !== '' && !busy) void start()
  }
  const change = (text: string): void => {
    setRef(text)
    clear()
  }
  return (
    <form className="image-pull" onSubmit={submit}>
      <TextField
        label={t('images.pullLabel')}
        hint={t('images.pullHint')}
        placeholder={t('images.pullPlaceholder')}
        value={ref}
        disabled={busy}
        onChange={change}
        beside={
          <Button type="submit" disabled={!live || busy || ref.trim() === ''}>
            <Download aria-hidden="true" />
            {busy ? t('images.pulling') : t('images.pull')}
          </Button>
        }
      />
      {error && <PullFailure error={error} again={(hosts) => void start(hosts)} />}
    </form>
  )
}
