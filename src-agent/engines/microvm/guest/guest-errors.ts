import { constants } from 'node:os'
import { type AppError, appError } from '#contract/app-error'

/** The guest's `failed`: Linux's number, and what it was that could not be done. */
export interface GuestFailure {
  readonly errno: number
  readonly what: string
}

const { ENOENT, ENOTDIR, EBUSY, ESRCH } = constants.errno

const errnoNames: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
)

export function describeFailure({ errno, what }: GuestFailure): string {
  return `${what}: ${errnoNames.get(errno) ?? `error ${errno}`}`
}

/** Why a program did not start, in the words that the other classes use. */
export function programError(failure: GuestFailure, program: string): AppError {
  const detail = describeFailure(failure)
  if (failure.what === 'folder') {
    return appError('working-directory', { program }, { detail })
  }
  if (failure.what === 'settings') return appError('sysctl-not-taken', {}, { detail })
  if (failure.what !== 'program') {
    return appError('start-failed', { part: 'process' }, { detail })
  }
  if (failure.errno === ENOENT || failure.errno === ENOTDIR) {
    return appError('command-not-found', { program }, { detail })
  }
  return appError('command-not-executable', { program }, { detail })
}

/** Why anything else did not work. */
export function requestError(failure: GuestFailure): AppError {
  const detail = describeFailure(failure)
  if (failure.what === 'limits' && failure.errno === EBUSY) {
    return appError('limit-below-use', {}, { detail })
  }
  if (failure.errno === ESRCH) return appError('process-gone', {}, { detail })
  return appError('guest-failed', {}, { detail })
}

export function configureError(failure: GuestFailure): AppError {
  return appError('start-failed', { part: 'sandbox' }, { detail: describeFailure(failure) })
}

export function guestGone(detail?: string): AppError {
  return appError('guest-gone', {}, detail === undefined ? {} : { detail })
}

export function guestSilent(): AppError {
  return appError('guest-silent')
}

export function messageTooLarge(): AppError {
  return appError('command-too-long')
}
