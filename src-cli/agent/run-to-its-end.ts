import { spawn } from 'node:child_process'
import { systemPath } from '#contract/client/system-program'
import type { Context } from '../context.ts'

/**
 * Runs a program for as long as it takes, because a person has agreed to it and watches. What it prints goes to standard error:
 * standard output is the command's. Resolves with null, or with why it did not work.
 */
export function runToItsEnd(
  { env }: Pick<Context, 'env'>,
  program: string,
  args: readonly string[],
): Promise<string | null> {
  const home = env['JOEY_HOME'] === undefined ? {} : { JOEY_HOME: env['JOEY_HOME'] }
  const child = spawn(program, args, {
    stdio: ['ignore', process.stderr, process.stderr],
    env: { PATH: systemPath, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive', ...home },
  })
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(code === 0 ? null : `it ended with ${code ?? signal}`))
  })
}
