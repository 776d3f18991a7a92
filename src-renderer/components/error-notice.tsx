import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppError, Remedy } from '#contract/app-error'
import { errorText, remedyOf } from '../copy/i18n.ts'
import { Button } from './button.tsx'
import './notice.css'

interface Props {
  readonly error: AppError
  readonly onRemedy: (remedy: Remedy) => void
  /** What did not work, when the sentence alone would hang in the air. */
  readonly title?: string
}

/** One remedy, one button; raw output of tools stays folded. */
export function ErrorNotice({ error, onRemedy, title }: Props): ReactNode {
  const { t } = useTranslation()
  const { detail } = error.wire
  const remedy = remedyOf(error)
  return (
    <section className="notice" role="alert">
      <CircleAlert aria-hidden="true" />
      <div className="notice-body">
        {title && <p className="notice-title">{title}</p>}
        <p>{errorText(error)}</p>
        {remedy?.kind === 'runCommand' && (
          <>
            <p>{remedy.why}</p>
            <code className="remedy-command">{remedy.command}</code>
          </>
        )}
        {detail && (
          <details>
            <summary>{t('common.details')}</summary>
            <pre>{detail}</pre>
          </details>
        )}
      </div>
      {remedy && (
        <Button size="small" onClick={() => onRemedy(remedy)}>
          {t(`common.remedy.${remedy.kind}`)}
        </Button>
      )}
    </section>
  )
}
