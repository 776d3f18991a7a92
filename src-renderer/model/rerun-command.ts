import { wordsAgain } from '#contract/read-fields'
import type { Sandbox, SandboxSpec } from '#contract/sandbox'
import { joinShellWords } from './shell-words.ts'

/**
 * The command that makes a sandbox like this one, with changes. For people to read and correct: the environment is left
 * out, because its values may be secrets.
 */
export function rerunCommand({ name, spec }: Pick<Sandbox, 'name' | 'spec'>, changes: Partial<SandboxSpec>): string {
  const wish = { ...spec, ...changes }
  const words = [
    ...['joey', 'run', '-d', '--name', `${name.slice(0, 58)}-new`],
    ...wordsAgain(wish),
    wish.image,
    ...(wish.command === null ? [] : ['--', ...wish.command]),
  ]
  return joinShellWords(words)
}
