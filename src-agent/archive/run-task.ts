import { AppError, appError } from '#contract/app-error'
import { stoppedBy } from '../base/process/tool-errors.ts'
import type { Progress, Tasks } from '../state/tasks.ts'
import type { TimeGround } from '../time-ground.ts'

/** Runs work as a task that people can watch and cancel. */
export function runTask<T>(
  { tasks }: Pick<TimeGround, 'tasks'>,
  task: Parameters<Tasks['run']>[0],
  work: (signal: AbortSignal, tell: Progress) => Promise<T>,
): Promise<T> {
  return tasks.run(task, (signal, tell) => explainStop(signal, () => work(signal, tell)))
}

/** Cancellation, and a full disk, are told as such, whatever the piece of work that they hit made of it. */
async function explainStop<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (signal.aborted) throw stoppedBy(signal)
    const detail = error instanceof AppError ? (error.wire.detail ?? '') : String(error)
    const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC' || /no space left on device/i.test(detail)
    if (!isFull) throw error
    const message = 'The disk became full, so nothing was made. Make room and try again.'
    throw appError('tooLarge', 'disk-full', message, { remedy: { kind: 'retry' }, detail, cause: error })
  }
}
