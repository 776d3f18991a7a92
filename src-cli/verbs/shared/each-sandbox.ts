import { AppError } from '#contract/app-error'
import { type Context, printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { type FailureStyle, failureCode, printFailure } from '../../failure.ts'
import { sandboxRef } from './sandbox-ref.ts'

interface EachOptions<T> {
  readonly names: readonly string[]
  readonly style: FailureStyle
  readonly act: (ref: string) => Promise<T>
  /** What is printed for one that went well; the word that was typed, where absent. */
  readonly line?: (result: T, name: string) => string
}

/**
 * Does one thing to several sandboxes at once. Each failure is printed under its name and does not stop the others;
 * results are printed in the order of the names.
 */
export async function eachSandbox<T>(context: Context, options: EachOptions<T>): Promise<number> {
  const { names, style, act, line } = options
  const results = await Promise.allSettled(names.map(async (name) => act(sandboxRef(name))))
  const done: T[] = []
  let code: number = ExitCode.ok
  for (const [index, result] of results.entries()) {
    const name = names[index] ?? ''
    if (result.status === 'rejected') {
      printFailure(context, result.reason, isAboutAgent(result.reason) ? style : { ...style, name })
      code = failureCode(result.reason, ExitCode.failed)
      if (code === ExitCode.unavailable) return code
      code = ExitCode.failed
    } else {
      done.push(result.value)
      if (!style.json) printLine(context.stdout, line ? line(result.value, name) : name)
    }
  }
  if (style.json) printJson(context.stdout, done)
  return code
}

/** Every sandbox that there is. */
export async function allNames({ client }: Context): Promise<readonly string[]> {
  return (await client.listSandboxes({ all: true })).map(({ name }) => name)
}

function isAboutAgent(error: unknown): boolean {
  return AppError.from(error).wire.reason === 'agent-not-running'
}
