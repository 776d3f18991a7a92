import type { Sandbox } from '#contract/sandbox'

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
