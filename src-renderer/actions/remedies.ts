import i18next from 'i18next'
import { toast } from 'sonner'
import { showLog, startAgent } from '#contract/app'
import { AppError, type Remedy } from '#contract/app-error'
import { call } from '../call.ts'
import { copyToClipboard } from '../components/copy-button.tsx'
import { errorText } from '../copy/i18n.ts'

/** A failure as a toast: what did not work, why, and the remedy as its one button. */
export function toastError(title: string, error: unknown): void {
  const { remedy } = AppError.from(error).wire
  toast.error(title, {
    // Said once, however often it happens.
    id: `${title} ${errorText(error)}`,
    description: errorText(error),
    duration: 9000,
    ...(remedy && remedy.kind !== 'retry'
      ? { action: { label: i18next.t(`common.remedy.${remedy.kind}`), onClick: () => applyRemedy(remedy) } }
      : {}),
  })
}

/** Does what a remedy says. `retry` is the caller's, who knows what to repeat. */
export function applyRemedy(remedy: Remedy, retry: () => void = () => undefined): void {
  switch (remedy.kind) {
    case 'retry':
      return retry()
    case 'startAgent':
      call(startAgent, {}).catch((error: unknown) => toast.error(errorText(error)))
      return
    case 'runCommand':
      void copyToClipboard(remedy.command, i18next.t('common.copyFailed')).then(
        (copied) => copied && toast.success(i18next.t('common.copied')),
      )
      return
    case 'openLog':
      call(showLog, {}).catch((error: unknown) => toast.error(errorText(error)))
      return
  }
}
