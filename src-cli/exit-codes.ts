/** What a shell sees. Guest's own codes pass through; these are Joey's. */
export const ExitCode = {
  ok: 0,
  failed: 1,
  /** `agent status` when no agent runs, as service managers have it. */
  notRunning: 3,
  /** EX_USAGE: the command line itself is wrong. */
  usage: 64,
  /** EX_UNAVAILABLE: the agent does not answer. */
  unavailable: 69,
  /** `exec --timeout` ended the command, as timeout(1) has it. */
  timedOut: 124,
  /** `run` and `exec` failed before the command began, or lost sight of it; as Docker has it. */
  notStarted: 125,
  cannotExecute: 126,
  commandNotFound: 127,
  interrupted: 130,
  terminated: 143,
  /** The reader of our output went away. */
  brokenPipe: 141,
} as const
