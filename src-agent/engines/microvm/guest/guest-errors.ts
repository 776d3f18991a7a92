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
    const message = `"${program}" was not started, because its working directory cannot be entered. Check that it is there.`
    return appError('invalidRequest', 'working-directory', message, { params: { program }, detail })
  }
  if (failure.what !== 'program') {
    const message = 'The guest could not start the process. Its words are in the details.'
    return appError('engine', 'start-failed', message, { detail })
  }
  if (failure.errno === ENOENT || failure.errno === ENOTDIR) {
    const message = `There is no program "${program}" in the sandbox. Check the command, or pick another image.`
    return appError('invalidRequest', 'command-not-found', message, { params: { program }, detail })
  }
  const message = `"${program}" in the sandbox cannot be run: it is not a program, or its mode forbids it. Check the command.`
  return appError('invalidRequest', 'command-not-executable', message, { params: { program }, detail })
}

/** Why anything else did not work. */
export function requestError(failure: GuestFailure): AppError {
  const detail = describeFailure(failure)
  if (failure.what === 'limits' && failure.errno === EBUSY) {
    const message = 'The sandbox uses more memory than this limit. Choose a higher one, or end some of its processes.'
    return appError('conflict', 'limit-below-use', message, { detail })
  }
  if (failure.errno === ESRCH) return appError('conflict', 'process-gone', 'The process has already ended.', { detail })
  const message = 'The guest could not do what was asked of it. Its words are in the details.'
  return appError('engine', 'guest-failed', message, { detail })
}

export function configureError(failure: GuestFailure): AppError {
  const message = 'The guest could not make the sandbox. Its words are in the details.'
  return appError('engine', 'start-failed', message, { detail: describeFailure(failure) })
}

export function guestGone(detail?: string): AppError {
  const message = 'The connection to the micro-VM ended. Look at the state of the sandbox and try again.'
  return appError('engine', 'guest-gone', message, detail === undefined ? {} : { detail })
}

export function guestSilent(): AppError {
  const message = 'The micro-VM does not answer. It may be paused or very busy; try again, or stop the sandbox.'
  return appError('timeout', 'guest-silent', message, { remedy: { kind: 'retry' } })
}

export function messageTooLarge(): AppError {
  const message = 'The command with its arguments and environment is too long for a micro-VM. Shorten it.'
  return appError('tooLarge', 'command-too-long', message)
}
