import { type AppError, appError } from '#contract/app-error'
import { readRefusal } from '../../engines/oci/refusal.ts'

export interface ExecFailure {
  /** As a shell has it. */
  readonly code: number
  readonly message: string
  readonly reason: 'command-not-found' | 'command-not-executable' | 'working-directory'
}

/**
 * What a runtime's words mean where it could not run the command: the same exit codes and the same kind of sentence
 * that a shell has. Null where the failure is the runtime's own.
 */
export function explainExecFailure(words: string, program: string): ExecFailure | null {
  if (/chdir|\bcwd\b|working directory/i.test(words)) {
    return folderNotEntered(program)
  }
  if (
    /executable file .*not found|(?:exec|stat|open|finding executable|failed to load) .*no such file or directory/i.test(
      words,
    )
  ) {
    return programMissing(program)
  }
  if (/permission denied|operation not permitted|is a directory/i.test(words) && /exec|open/i.test(words)) {
    return notExecutable(program, 'permission denied')
  }
  if (/exec format error/i.test(words)) {
    return notExecutable(program, foreign)
  }
  return null
}

const foreign = 'not a program for this machine'

/** The same where a runtime says it as the process itself, in all of its output; see {@link readRefusal}. */
export function explainRefusal(code: number, output: string, program: string): ExecFailure | null {
  const refusal = readRefusal(code, output)
  if (refusal === null) return null
  if (refusal.reason === 'command-not-executable') return notExecutable(program, foreign)
  const message = `joey: ${program}: what it needs to run, an interpreter or a library, is not in the sandbox`
  return { code: refusal.code, message, reason: refusal.reason }
}

/** Whether it would be one, if the process ended with it. */
export function mayBeRefusal(output: string): boolean {
  return explainRefusal(1, output, '') !== null
}

/** The runtime's own failure, as the client gets it. */
export function execFailed(words: string): AppError {
  return appError('exec-failed', {}, { detail: words.trim() })
}

/** The same for a driver's refusal that says the reason. Null where the failure is the engine's own. */
export function failureOf({ wire }: AppError, program: string): ExecFailure | null {
  if (wire.reason === 'command-not-found') return programMissing(program)
  if (wire.reason === 'working-directory') return folderNotEntered(program)
  if (wire.reason !== 'command-not-executable') return null
  return notExecutable(program, wire.detail?.includes('ENOEXEC') ? foreign : 'permission denied')
}

function folderNotEntered(program: string): ExecFailure {
  const message = `joey: ${program}: the working directory cannot be entered`
  return { code: 126, message, reason: 'working-directory' }
}

function programMissing(program: string): ExecFailure {
  return { code: 127, message: `joey: ${program}: command not found`, reason: 'command-not-found' }
}

function notExecutable(program: string, why: string): ExecFailure {
  return { code: 126, message: `joey: ${program}: ${why}`, reason: 'command-not-executable' }
}
