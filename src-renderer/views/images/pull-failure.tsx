import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppError } from '#contract/app-error'
import { applyRemedy } from '../../actions/remedies.ts'
import { Button } from '../../components/button.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { refusedHost } from './use-pull.ts'

interface Props {
  readonly error: AppError
  /** With the hosts that are allowed this time. */
  readonly again: (allowHosts: readonly string[]) => void
}

/** Why an image was not fetched. Where a registry leads to another host, the person may allow it. */
export function PullFailure({ error, again }: Props): ReactNode {
  const { t } = useTranslation()
  const host = refusedHost(error)
  return (
    <div className="image-pull-failure">
      <ErrorNotice
        title={t('images.pullFailed')}
        error={error}
        onRemedy={(remedy) => applyRemedy(remedy, () => again([]))}
      />
      {host !== null && <Button onClick={() => again([host])}>{t('images.allowHost', { host })}</Button>}
    </div>
  )
}
