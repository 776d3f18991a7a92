import { createHash } from 'node:crypto'
import type { Sandbox } from '#contract/sandbox'

/**
 * Changes with everything that decides what a sandbox can do and reach: class, engine, grants, mounts, network, limits. And
 * with each start, because what is changed while it runs may come into force only then.
 */
export function fingerprintOf({ class: isolation, engine, spec, imageDigest, startedAt }: Sandbox): string {
  const { grants, mounts, network, networkName, ports, limits, readOnlyRoot } = spec
  const wall = [isolation, engine, imageDigest, grants, mounts, readOnlyRoot]
  const reach = [network, networkName, ports, limits, startedAt]
  return createHash('sha256')
    .update(JSON.stringify([...wall, ...reach]))
    .digest('hex')
    .slice(0, 16)
}
