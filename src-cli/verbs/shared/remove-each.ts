import { AppError } from '#contract/app-error'
import { type Context, printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { failureCode, printFailure } from '../../failure.ts'

interface Flags {
  readonly json: boolean
  readonly verbose: boolean
}

/** Removes one after the other, and prints the names of those that are gone. What fails is said, and the others go on. */
export async function removeEach(
  context: Context,
  names: readonly string[],
  flags: Flags,
  remove: (name: string) => Promise<{ readonly name: string }>,
): Promise<number> {
  const done: { readonly name: string }[] = []
  let failed = false
  for (const name of names) {
    try {
      done.push(await remove(name))
      if (!flags.json) printLine(context.stdout, name)
    } catch (error) {
      if (failureCode(error, ExitCode.failed) === ExitCode.unavailable) throw error
      failed = true
      printFailure(context, AppError.from(error), flags)
    }
  }
  if (flags.json) printJson(context.stdout, done)
  return failed ? ExitCode.failed : ExitCode.ok
}
