import i18next from 'i18next'
import { cancelTask, type TaskId } from '#contract/image'
import { call } from '../call.ts'
import { toastError } from './remedies.ts'

/** What the task had made is cleaned up by the agent; that it has ended is shown by the event stream. */
export function cancelWork(id: TaskId): void {
  call(cancelTask, { id }).catch((error: unknown) => toastError(i18next.t('tasks.cancelFailed'), error))
}
