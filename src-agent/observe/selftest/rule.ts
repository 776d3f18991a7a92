import type { IsolationClass } from '#contract/sandbox'
import type { ProbeResult } from '#contract/selftest'

/** What is expected of one probe, as data. The probe itself only tells what it saw. */
export interface ProbeRule {
  /** As the probe has it; also the key of a translated title. */
  readonly id: string
  readonly group: ProbeResult['group']
  /** What is tried. */
  readonly title: string
  /** What it means for this machine where it works. */
  readonly harm: string
  /** A success counts only where it brought one of the agent's secrets with it. */
  readonly needsSecret?: true
  /** Classes in which a success says nothing about the wall, and why not. */
  readonly tolerated?: Partial<Record<IsolationClass, string>>
  /** Classes in which the attempt has no meaning, and why not. */
  readonly skipped?: Partial<Record<IsolationClass, string>>
  /** What opens it where it was granted: `cap:SYS_ADMIN`, `cap`, `host-network`, `host-path`, `device`, `no-seccomp`. */
  readonly openedBy: readonly string[]
  /** The kernel let the attempt through and only found no such thing: no success, but no wall either. */
  readonly absentFails?: true
}

/** What a guest does to a kernel of its own does nothing to this machine's. */
export const ownKernel = {
  gvisor: 'It works on the kernel that gVisor gives to this sandbox alone, not on this machine.',
  microvm: 'It works on the kernel of this virtual machine, not on this machine.',
} as const

/** Names of grants that open several probes, as {@link ProbeRule.openedBy} has them. */
export const noFilter = 'no-seccomp'
export const systemAdministrator = 'cap:SYS_ADMIN'
