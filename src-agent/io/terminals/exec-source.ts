import type { ExecCommand } from '../../engines/driver.ts'
import { openGuestPtySource } from './guest-pty-source.ts'
import { openPtySource, type PtyOptions } from './pty-source.ts'
import type { TerminalSource } from './source.ts'

/** Runs a command that joins a sandbox in a terminal: one of the host, or one of the guest's own kernel. */
export function openExecSource(command: ExecCommand, options: PtyOptions): Promise<TerminalSource> {
  return command.kind === 'guest' ? openGuestPtySource(command, options) : openPtySource(command, options)
}
