import { appError } from '#contract/app-error'
import type { Context } from '../context.ts'

/** Refuses `-t` where nobody could type, as Docker does. */
export function requireTty({ stdin }: Pick<Context, 'stdin'>): void {
  if (stdin.isTTY) return
  throw appError('input-not-a-tty')
}
