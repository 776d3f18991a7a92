import { AppError } from '#contract/app-error'
import { findSystemProgram } from '#contract/client/system-program'
import { say } from '#contract/language'
import { runToItsEnd } from '../agent/run-to-its-end.ts'
import { type Context, printLine } from '../context.ts'
import { remedyLine } from '../failure.ts'
import { sanitize } from '../output/sanitize.ts'
import { ask } from '../tty/ask.ts'
import { commandOf, type Fix } from './fixes.ts'

/** What became of one fix. */
export interface Outcome {
  /** The finding that it was for. */
  readonly id: string
  readonly command: string
  readonly outcome: 'done' | 'failed' | 'declined'
  readonly why: string | null
}

/** Each fix says what it will do and is asked for, unless all are agreed to. One that fails keeps none of the others. */
export async function applyFixes(context: Context, fixes: readonly Fix[], { yes }: { readonly yes: boolean }) {
  const outcomes: Outcome[] = []
  for (const fix of fixes) {
    const base = { id: fix.finding.id, command: commandOf(fix) }
    await announce(context, fix)
    if (!yes && !(await isWanted(context))) {
      outcomes.push({ ...base, outcome: 'declined', why: null })
      continue
    }
    const why = await apply(context, fix).catch((error: unknown) =>
      say(AppError.from(error).wire, context.language ?? null),
    )
    printLine(context.stderr, why === null ? 'Done.' : `It did not work: ${sanitize(why)}`)
    outcomes.push({ ...base, outcome: why === null ? 'done' : 'failed', why })
  }
  return outcomes
}

/** On standard error, as all that is said on the way: the report on standard output is for scripts too. */
async function announce(context: Context, fix: Fix): Promise<void> {
  const { finding } = fix
  const lines = [finding.title, ...(fix.kind === 'leftovers' ? await describeAll(context) : [finding.detail ?? ''])]
  const what = finding.remedy && remedyLine(finding.remedy, context.language ?? null)
  const does = fix.kind === 'leftovers' ? 'removes what is listed above, and nothing else' : (what ?? commandOf(fix))
  for (const line of [...lines, `  The fix: ${does}`].filter(Boolean)) printLine(context.stderr, sanitize(line))
}

async function describeAll({ client }: Context): Promise<string[]> {
  return (await client.listLeftovers({})).map(({ kind, what }) => `  ${kind.padEnd(9)}  ${what}`)
}

async function isWanted(context: Context): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(context, 'Do it? [y/N] ', { secret: false })).trim())
}

/** Null, or why it did not work. */
async function apply(context: Context, fix: Fix): Promise<string | null> {
  switch (fix.kind) {
    case 'joey':
      return runToItsEnd(context, process.execPath, ['--', process.argv[1] ?? '', ...fix.args])
    case 'programs': {
      for (const [name = '', ...args] of fix.commands) {
        const program = findSystemProgram(name)
        if (program === null) return `${name} is not installed.`
        const why = await runToItsEnd(context, program, args)
        if (why !== null) return why
      }
      return null
    }
    case 'leftovers': {
      const { failed } = await context.client.removeLeftovers({ leftovers: await context.client.listLeftovers({}) })
      return failed.length === 0 ? null : failed.map(({ leftover, why }) => `${leftover.what}: ${why}`).join('; ')
    }
  }
}
