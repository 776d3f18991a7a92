import { appError } from '#contract/app-error'
import type { Context } from '../context.ts'

/** Refuses `-t` where nobody could type, as Docker does. */
export function requireTty({ stdin }: Pick<Context, 'stdin'>): void {
  if (stdin.isTTY) return
  const message = 'The input device is not a TTY, so -t cannot work here. Use -i alone to feed standard input.'
  throw appError('invalidRequest', 'input-not-a-tty', message)
}
