import { AppError, type Remedy } from '#contract/app-error'
import { assertNever } from '#contract/assert-never'
import { usageReason } from './command/usage-error.ts'
import { type Context, printLine } from './context.ts'
import { ExitCode } from './exit-codes.ts'
import { sanitize, sanitizeLines } from './output/sanitize.ts'

export interface FailureStyle {
  readonly json: boolean
  readonly verbose: boolean
}

/** Failures whose sentence alone leaves the person with nothing to go by. */
const tellsOnlyInDetail: ReadonlySet<string> = new Set(['internal', 'agent-died', 'agent-does-not-answer'])

/** Prints a failure to standard error: the sentence, the remedy below it, details when asked for. */
export function printFailure({ stderr }: Pick<Context, 'stderr'>, error: unknown, style: FailureStyle): void {
  const { wire } = AppError.from(error)
  if (style.json) {
    const { code, reason, message, remedy, detail } = wire
    const shown = {
      code,
      reason,
      message,
      ...(remedy ? { remedy } : {}),
      ...(detail && (style.verbose || tellsOnlyInDetail.has(reason)) ? { detail } : {}),
    }
    printLine(stderr, JSON.stringify({ error: shown }))
    return
  }
  printLine(stderr, `joey: ${sanitize(wire.message)}`)
  const remedy = wire.remedy && remedyLine(wire.remedy)
  if (remedy && !wire.message.includes('joey agent start')) printLine(stderr, `  ${sanitize(remedy)}`)
  if (wire.detail && (style.verbose || tellsOnlyInDetail.has(wire.reason)))
    printLine(stderr, sanitizeLines(wire.detail))
}

/** The exit code of a failure; `otherwise` is the verb's own for whatever has no code. */
export function failureCode(error: unknown, otherwise: number): number {
  const { code, reason } = AppError.from(error).wire
  if (reason === usageReason) return ExitCode.usage
  if (reason === 'command-not-found') return ExitCode.commandNotFound
  if (reason === 'command-not-executable') return ExitCode.cannotExecute
  if (otherwise !== ExitCode.failed) return otherwise
  if (reason === 'agent-not-running' || reason === 'agent-connection-lost') return ExitCode.unavailable
  if (code === 'cancelled') return ExitCode.interrupted
  return otherwise
}

/** What the person can do, as one line. */
export function remedyLine(remedy: Remedy): string | undefined {
  switch (remedy.kind) {
    case 'retry':
      return undefined
    case 'startAgent':
      return 'Start the agent: joey agent start'
    case 'runCommand':
      return `${remedy.why.replace(/[.:]$/, '')}: ${remedy.command}`
    case 'openLog':
      return `The log: ${remedy.path}`
    default:
      return assertNever(remedy, 'remedy')
  }
}
