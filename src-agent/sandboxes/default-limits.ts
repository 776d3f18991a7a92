import { totalmem } from 'node:os'
import type { IsolationClass, SandboxSpec } from '#contract/sandbox'
import type { Settings } from '#contract/settings'
import { shareOfMemory } from '../engines/memory-ceiling.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'

/**
 * The limit of memory of a new sandbox for which none was chosen; null: none. A machine has its own memory, which is its
 * limit and would be as large as one.
 */
export function defaultMemory(
  to: IsolationClass,
  { defaultMemoryPercent }: Pick<Settings, 'defaultMemoryPercent'>,
  totalBytes = totalmem(),
): number | null {
  return to === 'microvm' || defaultMemoryPercent === null ? null : shareOfMemory(defaultMemoryPercent, totalBytes)
}

/** The limit of the disk of a new sandbox for which none was chosen; null: none. A micro-VM's disk has its usual size. */
export function defaultDisk(
  to: IsolationClass,
  { defaultDiskBytes }: Pick<Settings, 'defaultDiskBytes'>,
): number | null {
  return to === 'microvm' ? null : defaultDiskBytes
}

/** What comes from elsewhere without a limit of memory or of its disk has that of a new sandbox. */
export function withDefaultLimits(
  spec: SandboxSpec,
  settings: Pick<Settings, 'defaultMemoryPercent' | 'defaultDiskBytes'>,
): SandboxSpec {
  const memoryBytes = spec.limits.memoryBytes ?? defaultMemory(spec.class, settings)
  const diskBytes = spec.limits.diskBytes ?? defaultDisk(spec.class, settings)
  return { ...spec, limits: { ...spec.limits, memoryBytes, diskBytes } }
}

/** What it shall be in another class: the same, but with the limit of memory of that class where nobody has chosen one. */
export function specInClass(
  { sandbox: { spec }, memoryFromSettings }: Pick<SandboxRecord, 'sandbox' | 'memoryFromSettings'>,
  to: IsolationClass,
  settings: Pick<Settings, 'defaultMemoryPercent'>,
): SandboxSpec {
  if (!memoryFromSettings) return { ...spec, class: to }
  return { ...spec, class: to, limits: { ...spec.limits, memoryBytes: defaultMemory(to, settings) } }
}
