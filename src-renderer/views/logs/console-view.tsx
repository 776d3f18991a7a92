import { RefreshCw } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { assertNever } from '#contract/assert-never'
import type { Sandbox } from '#contract/sandbox'
import { applyRemedy } from '../../actions/remedies.ts'
import { Button } from '../../components/button.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNotice } from '../../components/error-notice.tsx'
import { Skeleton } from '../../components/skeleton.tsx'
import { type BootLogModel, loadBootLog, useBootLog } from '../../store/boot-log-store.ts'
import './logs.css'

/** What the kernel of a micro-VM said, read again at each start. */
export function ConsoleView({ sandbox }: { readonly sandbox: Sandbox }): ReactNode {
  const { id, startedAt, state } = sandbox
  const log = useBootLog(id)
  useEffect(() => {
    void loadBootLog(id)
    // A start or an end brings new lines.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [id, startedAt, state])
  return <Console model={log} onAgain={() => void loadBootLog(id)} />
}

function Console({ model, onAgain }: { readonly model: BootLogModel; readonly onAgain: () => void }): ReactNode {
  const { t } = useTranslation()
  switch (model.kind) {
    case 'loading':
      return <Skeleton label={t('bootLog.loading')} rows={8} rowHeight={14} />
    case 'error':
      return (
        <div className="section">
          <ErrorNotice
            title={t('bootLog.error')}
            error={model.error}
            onRemedy={(remedy) => applyRemedy(remedy, onAgain)}
          />
        </div>
      )
    case 'ready':
      return (
        <>
          <div className="logs-bar">
            <span>{model.kernel === null ? t('bootLog.text') : t('bootLog.kernel', { kernel: model.kernel })}</span>
            <span className="logs-count">
              <Button size="small" onClick={onAgain}>
                <RefreshCw aria-hidden="true" />
                {t('bootLog.again')}
              </Button>{' '}
              <CopyButton text={model.text} thing={t('bootLog.thing')} />
            </span>
          </div>
          {model.text === '' ? (
            <EmptyState title={t('bootLog.empty')} />
          ) : (
            <pre className="console" tabIndex={0} aria-label={t('bootLog.text')}>
              {model.text}
            </pre>
          )}
        </>
      )
    default:
      return assertNever(model, 'boot log model')
  }
}
