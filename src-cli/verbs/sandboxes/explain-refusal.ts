import type { SandboxField } from '#contract/sandbox-field'
import { sandboxFields } from '#contract/sandbox-fields'
import { createSandbox } from '#contract/sandbox-operations'
import { problemOf, usageError } from '../../command/usage-error.ts'
import type { CreateRequest } from './run-spec.ts'

/** Throws the sentence for a request that the contract does not take: the person wrote options, so it names those. */
export function checkRunRequest(request: CreateRequest): void {
  const checked = createSandbox.request.safeParse(request)
  if (checked.success) return
  const path = checked.error.issues[0]?.path.join('.') ?? ''
  throw usageError('usage-not-valid', { where: optionOf(path), problem: problemOf(checked.error) })
}

/** How the command line calls a field of the request. */
const options: Readonly<Record<string, string>> = {
  name: '--name',
  'spec.image': 'IMAGE',
  'spec.command': 'COMMAND',
  // The option takes the name of a shared network as well.
  'spec.networkName': '--network',
  'spec.volumes': '--volume',
  ...Object.fromEntries(
    Object.entries<SandboxField<never>>(sandboxFields).flatMap(([key, { flag }]) =>
      flag ? [[`spec.${key}`, `--${flag.name}`]] : [],
    ),
  ),
}

function optionOf(path: string): string {
  const known = Object.keys(options).find((key) => path === key || path.startsWith(`${key}.`))
  return known === undefined ? path : (options[known] ?? path)
}
