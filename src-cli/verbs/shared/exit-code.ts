import { say } from '#contract/language'
import type { SandboxExit } from '#contract/sandbox'
import { sentenceOfExit } from '#contract/say-exit'
import { type Context, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sanitize } from '../../output/sanitize.ts'

/** Ends that a bare exit code does not explain; said on standard error. */
const worthSaying: ReadonlySet<SandboxExit['reason']> = new Set([
  'oom',
  'start-failed',
  'monitor-lost',
  'host-restarted',
])

/** The code to exit with, after having said what the code alone does not. */
export function exitCodeOf(
  context: Pick<Context, 'stderr' | 'language'>,
  exit: SandboxExit | null,
  code: number | null,
): number {
  if (exit && worthSaying.has(exit.reason)) {
    printNote(context, `joey: ${sanitize(say(sentenceOfExit(exit), context.language ?? null))}`)
  }
  return exit?.code ?? code ?? ExitCode.notStarted
}
