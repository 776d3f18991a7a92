import type { SandboxPaths } from '../state/sandbox-paths.ts'
import { monitorFiles } from './conmon.ts'

/** Where the monitor of a run takes what is for the main process. */
export interface MainStreams {
  /** A socket of packets: input to it. */
  readonly attach: string
  /** A named pipe: the size of its terminal, and a change of log file. */
  readonly control: string
}

/** The same for every class, because one kind of monitor serves them all; also where a class is not offered any more. */
export function mainStreams({ run }: Pick<SandboxPaths, 'run'>): MainStreams {
  const { attach, control } = monitorFiles(run)
  return { attach, control }
}
