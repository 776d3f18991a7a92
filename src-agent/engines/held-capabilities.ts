import type { Grant } from '#contract/sandbox'

/** What of a sandbox's wish decides its capabilities. */
export interface CapabilityWish {
  readonly grants: readonly Grant[]
  /** Names without `CAP_`; `ALL` stands for everything that there is by default. */
  readonly dropped: readonly string[]
}

/** The defaults without what is given up, and what is granted in any case. Names with `CAP_`. */
export function heldCapabilities(defaults: readonly string[], { grants, dropped }: CapabilityWish): string[] {
  const gone = new Set(dropped.map((name) => `CAP_${name}`))
  const kept = gone.has('CAP_ALL') ? [] : defaults.filter((name) => !gone.has(name))
  const granted = grants.flatMap((grant) => (grant.kind === 'cap' ? [`CAP_${grant.name}`] : []))
  return [...new Set([...kept, ...granted])]
}
