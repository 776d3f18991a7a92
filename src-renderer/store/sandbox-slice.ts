import type { AgentEvent } from '#contract/observe'
import type { Sandbox, SandboxId } from '#contract/sandbox'

export type Sandboxes = ReadonlyMap<SandboxId, Sandbox>

export function reduceSandboxes(sandboxes: Sandboxes, event: AgentEvent): Sandboxes {
  switch (event.type) {
    case 'state':
      return new Map(event.sandboxes.map((sandbox) => [sandbox.id, sandbox]))
    case 'sandbox.changed':
      return new Map(sandboxes).set(event.sandbox.id, event.sandbox)
    case 'sandbox.removed':
      return without(sandboxes, event.id)
    default:
      return sandboxes
  }
}

/** A copy without one key; the same map where the key is not in it, so that nothing renders again. */
export function without<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): ReadonlyMap<Key, Value> {
  if (!map.has(key)) return map
  const copy = new Map(map)
  copy.delete(key)
  return copy
}
