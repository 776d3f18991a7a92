import type { IsolationClass } from '#contract/sandbox'
import type { ProbeResult } from '#contract/selftest'
import { type Sentence, sentence } from '#contract/sentence'

/** What is expected of one probe, as data. The probe itself only reports what it saw. */
export interface ProbeRule {
  /** As the probe has it. */
  readonly id: string
  readonly group: ProbeResult['group']
  /** What is tried. */
  readonly title: Sentence
  /** What it means for this machine where it works. */
  readonly harm: Sentence
  /** A success counts only where it brought one of the agent's secrets with it. */
  readonly needsSecret?: true
  /** Classes in which a success says nothing about the isolation, and why not. */
  readonly tolerated?: Partial<Record<IsolationClass, Sentence>>
  /** Classes in which the attempt has no meaning, and why not. */
  readonly skipped?: Partial<Record<IsolationClass, Sentence>>
  /** What opens it where it was granted: `cap:SYS_ADMIN`, `cap`, `host-network`, `host-path`, `device`, `no-seccomp`, `new-privileges`. */
  readonly openedBy: readonly string[]
  /** The kernel let the attempt through and only found no such thing: no success, but no barrier either. */
  readonly absentFails?: true
}

/** What a guest does to a kernel of its own does nothing to this machine's. */
export const ownKernel = {
  gvisor: sentence('excused-kernel-of-gvisor'),
  microvm: sentence('excused-kernel-of-microvm'),
} as const

/** Names of grants that open several probes, as {@link ProbeRule.openedBy} has them. */
export const noFilter = 'no-seccomp'
export const newPrivileges = 'new-privileges'
export const systemAdministrator = 'cap:SYS_ADMIN'
