import { pickFields } from './read-fields.ts'
import { SandboxSpec } from './sandbox.ts'

/** What a new sandbox has of these fields. */
export function defaultsOf(keys: readonly string[]): Partial<SandboxSpec> {
  return pickFields(SandboxSpec.parse({ image: 'none' }), keys)
}
