import { existsSync } from 'node:fs'
import { AppError, appError } from '#contract/app-error'
import { installRemedy } from './packages.ts'

const detailBytes = 16 * 1024

/** A tool ended with a code that its caller does not take. Its own words go into `detail` only. */
export function toolFailed(command: readonly string[], code: number, stderr: string): AppError {
  const program = command[0] ?? ''
  return appError('tool-failed', { what: 'exit', program, code }, { detail: describeCommand(command, stderr) })
}

/** A tool wrote more than its caller can use; it was stopped. */
export function outputTooLarge(command: readonly string[], limit: number): AppError {
  const program = command[0] ?? ''
  return appError('tool-output-too-large', { program, limit }, { detail: describeCommand(command, '') })
}

/** The operating system would not start the program at all. */
export function notStarted(program: string, cwd: string | undefined, cause: NodeJS.ErrnoException): AppError {
  if (cause.code === 'ENOENT' && (cwd === undefined || existsSync(cwd))) return programMissing(program, cause)
  if (cause.code === 'ETIMEDOUT') return appError('tool-start-timeout', { program }, { detail: cause.message, cause })
  return appError('tool-not-started', { program }, { detail: cause.message, cause })
}

/** Why work was stopped from outside: what the caller says where it says so, else a deadline, else a cancellation. */
export function stoppedBy(signal: AbortSignal): AppError {
  const reason: unknown = signal.reason
  if (reason instanceof AppError) return reason
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return appError('deadline-passed')
  }
  return appError('cancelled')
}

/** A tool did not end within its own deadline; it was killed. */
export function timedOut(command: readonly string[], timeoutMs: number, stderr: string): AppError {
  const program = command[0] ?? ''
  const seconds = Math.round(timeoutMs / 100) / 10
  return appError('tool-timeout', { program, seconds }, { detail: describeCommand(command, stderr) })
}

/** A program that Joey drives is not on this machine. */
export function programMissing(program: string, cause?: Error): AppError {
  const remedy = installRemedy(program)
  return appError('program-missing', { program, what: 'tool' }, { ...(remedy && { remedy }), ...(cause && { cause }) })
}

function describeCommand(command: readonly string[], stderr: string): string {
  const line = command.map((part) => (/^[\w@%+=:,./-]+$/.test(part) ? part : JSON.stringify(part))).join(' ')
  return `$ ${line.slice(0, 4096)}\n${stderr.slice(-detailBytes)}`.trimEnd()
}
