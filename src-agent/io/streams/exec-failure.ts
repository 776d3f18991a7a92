import { type AppError, appError } from '#contract/app-error'

export interface ExecFailure {
  /** As a shell has it. */
  readonly code: number
  readonly message: string
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
    return { code: 127, message: `joey: ${program}: command not found` }
  }
  if (/permission denied|operation not permitted|is a directory/i.test(words) && /exec|open/i.test(words)) {
    return { code: 126, message: `joey: ${program}: permission denied` }
  }
  if (/exec format error/i.test(words)) {
    return { code: 126, message: `joey: ${program}: not a program for this machine` }
  }
  return null
}

/** The runtime's own failure, as the client is told. */
export function execFailed(words: string): AppError {
  const message = 'The command could not be started in the sandbox. Is the sandbox running?'
  return appError('engine', 'exec-failed', message, { detail: words.trim() })
}

/** The same for a driver's refusal that says the reason. Null where the failure is the engine's own. */
export function failureOf({ wire }: AppError, program: string): ExecFailure | null {
  if (wire.reason === 'command-not-found') return { code: 127, message: `joey: ${program}: command not found` }
  if (wire.reason === 'working-directory') return folderNotEntered(program)
  if (wire.reason !== 'command-not-executable') return null
  return { code: 126, message: `joey: ${program}: permission denied` }
}

function folderNotEntered(program: string): ExecFailure {
  return { code: 126, message: `joey: ${program}: the working directory cannot be entered` }
}
