import type { Sandbox } from '#contract/sandbox'

/**
 * What a sandbox calls itself: as was asked for, else after its name. That may have capitals, underscores and dots, which
 * much software refuses in a hostname; so it is one label of small letters, digits and dashes, and the kernel's 64 bytes hold it.
 */
export function hostnameOf({ name, spec }: Pick<Sandbox, 'name' | 'spec'>): string {
  if (spec.hostname !== null) return spec.hostname
  return name.toLowerCase().replaceAll(/[_.]/g, '-').replace(/-+$/, '')
}
