/** Descriptor by which bwrap reports the number of the process inside. */
export const infoDescriptor = 6

export interface ScriptArguments {
  readonly pidFile: string
  /** Where the script's own files go: the names in {@link scriptFiles}. */
  readonly folder: string
  /** State of a booted guest, or `/dev/null`. */
  readonly state: string
  readonly joinFiles: readonly string[]
  readonly command: readonly string[]
}

/** What follows `launch-machine.sh`, which starts the machine, on its command line. */
export function scriptArguments({ pidFile, folder, state, joinFiles, command }: ScriptArguments): string[] {
  return [pidFile, folder, state, ...joinFiles, '--', ...command]
}

/** Files that the script leaves; `info` is there while the machine runs, the others once it has ended. */
export const scriptFiles = { info: 'info', status: 'status', words: 'words' } as const
