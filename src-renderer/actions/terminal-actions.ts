import i18next from 'i18next'
import { AppError } from '#contract/app-error'
import { closeTerminal, type TerminalId } from '#contract/terminal'
import { call } from '../call.ts'
import { ask } from '../store/ui-store.ts'
import { toastError } from './remedies.ts'

/** Closes a terminal, and asks before where more than a waiting shell may run in it. */
export async function closeWithCare(
  id: TerminalId,
  { title, name }: { readonly title: string; readonly name: string },
): Promise<void> {
  try {
    await call(closeTerminal, { id, ifIdle: true })
  } catch (error) {
    if (AppError.from(error).wire.reason !== 'terminal-busy') return toastError(failed(title), error)
    ask({
      title: i18next.t('dock.closeTitle', { title, name }),
      text: i18next.t('dock.closeText'),
      confirm: i18next.t('dock.closeButton'),
      danger: true,
      onConfirm: () => {
        call(closeTerminal, { id }).catch((again: unknown) => toastError(failed(title), again))
      },
    })
  }
}

function failed(title: string): string {
  return i18next.t('dock.close', { title })
}
