import { formatGrant } from '#contract/grant-text'
import type { Sandbox, SandboxSpec } from '#contract/sandbox'
import { joinShellWords } from './shell-words.ts'

/**
 * The command that makes a sandbox like this one, with changes. For people to read and mend: the environment is left
 * out, because its values may be secrets.
 */
export function rerunCommand({ name, spec }: Pick<Sandbox, 'name' | 'spec'>, changes: Partial<SandboxSpec>): string {
  const wish = { ...spec, ...changes }
  const network = wish.network === 'none' ? 'none' : wish.networkName
  const words = [
    ...['joey', 'run', '-d', '--name', `${name.slice(0, 58)}-new`, '--class', wish.class],
    ...(network === null ? [] : ['--network', network]),
    ...wish.ports.flatMap(({ hostPort, guestPort }) => ['-p', `${hostPort}:${guestPort}`]),
    ...wish.mounts.flatMap(({ source, target, readOnly }) => ['-v', `${source}:${target}${readOnly ? ':ro' : ''}`]),
    ...wish.grants.flatMap((grant) => ['--grant', formatGrant(grant)]),
    wish.image,
    ...(wish.command === null ? [] : ['--', ...wish.command]),
  ]
  return joinShellWords(words)
}
