import { isDeepStrictEqual } from 'node:util'
import type { ImageConfig } from '#contract/image'
import type { Sandbox, SandboxSpec } from '#contract/sandbox'
import type { HostRules } from './host-paths.ts'
import { fitMounts } from './mount-policy.ts'
import { resolveArgv } from './process-plan.ts'

/** What of a sandbox becomes another when a run is over: what was changed while it ran, and could not be had at once. */
export function adoptPending({ spec, pending }: Sandbox): Partial<Sandbox> {
  if (pending === null) return {}
  // What travels as "not said" is no value.
  const said = Object.entries(pending.spec).filter(([, value]) => value !== undefined)
  return { spec: { ...spec, ...Object.fromEntries(said) }, argv: pending.argv, pending: null }
}

/** The specification that its next start has. */
export function specToBe(sandbox: Sandbox): Sandbox['spec'] {
  return adoptPending(sandbox).spec ?? sandbox.spec
}

/** Mounts that its next start is to have lose with a grant what those that it has now lose. */
export async function fitPending(
  pending: Sandbox['pending'],
  { class: of, grants }: Pick<SandboxSpec, 'class' | 'grants'>,
  rules: HostRules,
): Promise<Sandbox['pending']> {
  if (!pending?.spec.mounts) return pending
  const mounts = await fitMounts(pending.spec.mounts, rules, { class: of, grants })
  return { ...pending, spec: { ...pending.spec, mounts } }
}

interface Become {
  readonly spec: SandboxSpec
  readonly argv: readonly string[]
  readonly image: ImageConfig
}

/** What waits goes on waiting where the sandbox becomes another meanwhile: as far as it is other than that. */
export function keepWaiting(pending: Sandbox['pending'], { spec, argv, image }: Become): Sandbox['pending'] {
  const left = Object.entries(pending?.spec ?? {}).filter(
    ([key, value]) => value !== undefined && !isDeepStrictEqual(value, spec[key as keyof SandboxSpec]),
  )
  if (left.length === 0) return null
  const wanted: Partial<SandboxSpec> = Object.fromEntries(left)
  const isOther = 'command' in wanted || 'entrypoint' in wanted
  return { spec: wanted, argv: isOther ? resolveArgv({ ...spec, ...wanted }, image) : [...argv] }
}
