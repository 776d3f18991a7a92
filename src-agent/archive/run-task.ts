import { AppError, appError } from '#contract/app-error'
import { stoppedBy } from '../base/process/tool-errors.ts'
import type { Progress, Tasks } from '../state/tasks.ts'

interface Deps {
  readonly tasks: Tasks
}

/** Runs work as a task that people can watch and cancel. */
export function runTask<T>(
  deps: Deps,
  task: Parameters<Tasks['run']>[0],
  work: (signal: AbortSignal, report: Progress) => Promise<T>,
): Promise<T> {
  return deps.tasks.run(task, (signal, report) => explainStop(signal, () => work(signal, report)))
}

/** Cancellation, and a full disk, are reported as such, whatever the piece of work that they hit made of it. */
async function explainStop<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (signal.aborted) throw stoppedBy(signal)
    const detail = error instanceof AppError ? (error.wire.detail ?? '') : String(error)
    const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC' || /no space left on device/i.test(detail)
    if (!isFull) throw error
    throw appError('disk-full', { where: 'export' }, { detail, cause: error })
  }
}
