import type { Mount, SandboxSpec } from '#contract/sandbox'
import { mountsOf } from '../held-mounts.ts'

/**
 * The mounts of whose changes programs inside are told. What a guest may not write to it cannot bring about an event for either: the
 * kernels of both classes ask whoever serves the mount first, which refuses.
 */
export function findWatchedMounts(spec: SandboxSpec): Mount[] {
  return mountsOf(spec).filter(({ readOnly, watch }) => !readOnly && watch !== false)
}
