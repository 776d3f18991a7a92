import type { ProbeResult } from '#contract/selftest'
import { sentence } from '#contract/sentence'
import { fileRules, treeRules } from './file-rules.ts'
import { kernelRules, processRules } from './kernel-rules.ts'
import { limitRules, neighbourRules, networkRules } from './network-rules.ts'
import { deviceRules, privilegeRules } from './privilege-rules.ts'
import type { ProbeRule } from './rule.ts'
import { titled } from './verdict.ts'

export type { ProbeRule } from './rule.ts'

/** Every probe of `resources/inside`, with what is expected of it. A test holds both lists together. */
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
  'kernel.own': { group: 'kernel', ...titled(sentence('probe-kernel-own')) },
  'privileges.main-filter': { group: 'privileges', ...titled(sentence('probe-privileges-main-filter')) },
  'privileges.main-capabilities': {
    group: 'privileges',
    ...titled(sentence('probe-privileges-main-capabilities')),
  },
  'privileges.main-no-new-privileges': {
    group: 'privileges',
    ...titled(sentence('probe-privileges-main-no-new-privileges')),
  },
  'neighbours.namespaces': { group: 'neighbours', ...titled(sentence('probe-neighbours-namespaces')) },
  'files.planted-link': { group: 'files', ...titled(sentence('probe-files-planted-link')) },
  'limits.memory-in-force': { group: 'limits', ...titled(sentence('probe-limits-memory-in-force')) },
  'limits.processes-in-force': { group: 'limits', ...titled(sentence('probe-limits-processes-in-force')) },
} as const satisfies Record<string, Pick<ProbeResult, 'group' | 'title' | 'titleWording'>>

export type HostCheckId = keyof typeof hostChecks
