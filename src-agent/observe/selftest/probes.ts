import type { ProbeResult } from '#contract/selftest'
import { fileRules, treeRules } from './file-rules.ts'
import { kernelRules, processRules } from '../../selftest/kernel-rules.ts'
import { limitRules, neighbourRules, networkRules } from './network-rules.ts'
import { deviceRules, privilegeRules } from './privilege-rules.ts'
import type { ProbeRule } from './rule.ts'

export type { ProbeRule } from './rule.ts'

/** Every probe of `resources/probe`, with what is expected of it. A test holds both lists together. */
export const probeRules: readonly ProbeRule[] = [
  ...fileRules,
  ...treeRules,
  ...kernelRules,
  ...processRules,
  ...privilegeRules,
  ...deviceRules,
  ...networkRules,
  ...neighbourRules,
  ...limitRules,
]

/** What is looked at from this machine, where the guest cannot fake it. */
export const hostChecks = {
  'kernel.own': { group: 'kernel', title: 'Run on the same kernel as this machine' },
  'privileges.main-filter': { group: 'privileges', title: 'Main process without a filter, seen from this machine' },
  'privileges.main-capabilities': {
    group: 'privileges',
    title: 'Main process with more than the usual capabilities, seen from this machine',
  },
  'privileges.main-no-new-privileges': {
    group: 'privileges',
    title: 'Main process that can gain rights, seen from this machine',
  },
  'neighbours.namespaces': { group: 'neighbours', title: 'Share namespaces with this machine' },
  'files.planted-link': { group: 'files', title: "Have Joey follow a link out of the sandbox's tree" },
  'limits.memory-in-force': { group: 'limits', title: 'Go without the limit of memory that was set' },
  'limits.processes-in-force': { group: 'limits', title: 'Go without the limit of processes that was set' },
} as const satisfies Record<string, { group: ProbeResult['group']; title: string }>

export type HostCheckId = keyof typeof hostChecks
