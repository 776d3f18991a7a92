import { AppError, type Remedy } from '#contract/app-error'
import { assertNever } from '#contract/assert-never'
import { type Language, say, sayRemedy } from '#contract/language'
import { sentence } from '#contract/sentence'
import { usageReason } from './command/usage-error.ts'
import { type Context, printLine } from './context.ts'
import { ExitCode } from './exit-codes.ts'
import { sanitize, sanitizeLines } from './output/sanitize.ts'

export interface FailureStyle {
  readonly json: boolean
  readonly verbose: boolean
  /** What it happened to, where several were requested and the sentence does not name it. */
  readonly name?: string
}

/** Failures whose sentence alone leaves the person with nothing to go by. */
const needsDetail: ReadonlySet<string> = new Set(['internal', 'agent-died', 'agent-does-not-answer'])

type FailureContext = Pick<Context, 'stderr' | 'language'>

/** Prints a failure to standard error: the sentence, the remedy below it, details when requested. */
export function printFailure(context: FailureContext, error: unknown, style: FailureStyle): void {
  const { stderr, language = null } = context
  const { wire } = AppError.from(error)
  const named = (text: string): string =>
    style.name === undefined || text.includes(style.name) ? text : `${style.name}: ${text}`
  if (style.json) {
    const { code, reason, remedy, detail } = wire
    const shown = {
      code,
      reason,
      message: named(wire.message),
      ...(remedy ? { remedy } : {}),
      ...(detail && (style.verbose || needsDetail.has(reason)) ? { detail } : {}),
    }
    printLine(stderr, JSON.stringify({ error: shown }))
    return
  }
  const said = say(wire, language)
  printLine(stderr, `joey: ${sanitize(named(said))}`)
  const spoken = sayRemedy(wire, language)
  const remedy = spoken && remedyLine(spoken, language)
  if (remedy && !said.includes('joey agent start')) printLine(stderr, `  ${sanitize(remedy)}`)
  if (wire.detail && (style.verbose || needsDetail.has(wire.reason))) printLine(stderr, sanitizeLines(wire.detail))
}

/** The exit code of a failure; `otherwise` is the verb's own for whatever has no code. */
export function failureCode(error: unknown, otherwise: number): number {
  const { code, reason } = AppError.from(error).wire
  if (reason === usageReason) return ExitCode.usage
  if (reason === 'command-not-found') return ExitCode.commandNotFound
  if (reason === 'command-not-executable' || reason === 'working-directory') return ExitCode.cannotExecute
  if (otherwise !== ExitCode.failed) return otherwise
  if (reason === 'agent-not-running' || reason === 'agent-connection-lost') return ExitCode.unavailable
  if (code === 'cancelled') return ExitCode.interrupted
  return otherwise
}

/** What the person can do, as one line. */
export function remedyLine(remedy: Remedy, language: Language | null): string | undefined {
  switch (remedy.kind) {
    case 'retry':
      return undefined
    case 'startAgent':
      return commandLine(say(sentence('remedy-start-agent'), language), 'joey agent start', language)
    case 'runCommand':
      return commandLine(remedy.why.replace(/[.:。：]$/, ''), remedy.command, language)
    case 'openLog':
      return say(sentence('remedy-log', { path: remedy.path }), language)
    default:
      return assertNever(remedy, 'remedy')
  }
}

function commandLine(why: string, command: string, language: Language | null): string {
  return say(sentence('remedy-line', { why, command }), language)
}
