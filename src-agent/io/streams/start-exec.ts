import type { ExecCommand } from '../../engines/driver.ts'
import type { ExecChild, ExecOptions } from './exec-child.ts'
import { startGuestExec } from './guest-exec.ts'
import { startProgramExec } from './program-exec.ts'

/** Starts the command. Rejects where the engine cannot even try. */
export function startExec(command: ExecCommand, options: ExecOptions): Promise<ExecChild> {
  return command.kind === 'guest' ? startGuestExec(command, options) : startProgramExec(command, options)
}
