import { createHash } from 'node:crypto'
import { fieldsWhere } from '#contract/read-fields'
import type { Sandbox, SandboxSpec } from '#contract/sandbox'

const policyKeys = fieldsWhere(({ isPolicy }) => isPolicy) as readonly (keyof SandboxSpec)[]

/**
 * Changes with everything that decides what a sandbox can do and reach: its engine, its image, and each field that is policy
 * by the one table. And with each start, because what is changed while it runs may come into force only then.
 */
export function fingerprintOf({ class: isolation, engine, spec, imageDigest, startedAt }: Sandbox): string {
  const policy = policyKeys.map((key) => spec[key])
  return createHash('sha256')
    .update(JSON.stringify([isolation, engine, imageDigest, startedAt, policy]))
    .digest('hex')
    .slice(0, 16)
}
