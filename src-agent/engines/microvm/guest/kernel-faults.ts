import { type Sentence, sentence } from '#contract/sentence'

/** A fault of Linux that programs in a guest may reach. */
export interface KernelFault {
  /** Its source: the record of this number. */
  readonly cve: string
  /** The day of the record that was read. What older branches were fixed by later is not in it. */
  readonly recordOf: string
  readonly fault: Sentence
  /** The first version with it, of each branch that it came to, oldest branch first. */
  readonly since: readonly [string, ...string[]]
  /** The first version without it, likewise. A branch that is not named is free of it only behind the newest that is. */
  readonly fixedIn: readonly [string, ...string[]]
}

/**
 * Kept by hand: what was read in the records, and nothing else. The guest's kernel is not what separates a micro-VM from
 * this machine, so these are ways for a program to harm the guest that it is in.
 */
export const kernelFaults: readonly KernelFault[] = [
  {
    cve: 'CVE-2026-45912',
    recordOf: '2026-05-27',
    fault: sentence('fault-ext4-reserved'),
    since: ['3.12'],
    fixedIn: ['5.10.252', '5.15.202', '6.1.165', '6.6.128', '6.12.75', '6.18.14', '6.19.4', '7.0'],
  },
  {
    cve: 'CVE-2026-23394',
    recordOf: '2026-04-24',
    fault: sentence('fault-unix-socket-peeked'),
    since: ['6.1.141', '6.6.93', '6.10'],
    fixedIn: ['6.18.23', '6.19.10', '7.0'],
  },
  {
    cve: 'CVE-2026-31456',
    recordOf: '2026-05-11',
    fault: sentence('fault-huge-page-split'),
    since: ['6.12'],
    fixedIn: ['6.18.21', '6.19.11', '7.0'],
  },
]
