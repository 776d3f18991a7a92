import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppError } from '#contract/app-error'
import type { Task } from '#contract/image'
import { applyRemedy } from '../../actions/remedies.ts'
import { cancelWork } from '../../actions/task-actions.ts'
import { Button } from '../../components/button.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Progress } from '../../components/progress.tsx'

interface Props {
  readonly work: { readonly running: boolean; readonly error: AppError | null; readonly task: Task | undefined }
  /** What is said while it runs, and when it has failed. */
  readonly words: { readonly running: string; readonly failed: string; readonly button: string }
  readonly disabled: boolean
  readonly danger?: boolean
  readonly onClose: () => void
  /** Absent: the button sends the form around it. Null: there is nothing to be done, and no button. */
  readonly onRun?: (() => void) | null
  readonly beside?: ReactNode
}

/** The end of a dialog that starts long work: how far it is, how it failed, and the buttons. */
export function WorkFoot({ work, words, disabled, danger = false, onClose, onRun, beside }: Props): ReactNode {
  const { t } = useTranslation()
  const { running, error, task } = work
  return (
    <>
      {(running || error) && (
        <div className="work-state">
          {error && <ErrorNotice title={words.failed} error={error} onRemedy={applyRemedy} />}
          {running && (
            <div role="status" className="work-running">
              <span>{words.running}</span>
              <Progress label={words.running} value={task?.progress ?? null} />
            </div>
          )}
        </div>
      )}
      <div className="dialog-foot">
        {beside}
        {running && task ? (
          <Button onClick={() => cancelWork(task.id)}>{t('common.cancel')}</Button>
        ) : (
          <Button onClick={onClose}>{t(running || onRun === null ? 'common.close' : 'common.cancel')}</Button>
        )}
        {onRun !== null && (
          <Button
            kind={danger ? 'danger' : 'primary'}
            type={onRun ? 'button' : 'submit'}
            disabled={disabled || running}
            onClick={onRun}
          >
            {words.button}
          </Button>
        )}
      </div>
    </>
  )
}
