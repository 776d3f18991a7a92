import type { Grant, IsolationClass } from '#contract/sandbox'
import type { ProbeResult } from '#contract/selftest'
import { sentence } from '#contract/sentence'
import { capabilityNames, maskOf } from '../../base/kernel/capabilities.ts'
import { defaultCapabilities } from '../../engines/oci/grants.ts'
import { namesOfGranted } from './grants.ts'
import type { Beginning, Observation, Observed } from './observation.ts'
import { hostChecks, type ProbeRule, probeRules } from './probes.ts'
import { titled, type Verdict, verdict } from './verdict.ts'

/** What the sandbox is, and what this machine knows that the guest does not. */
export interface Subject {
  readonly class: IsolationClass
  readonly grants: readonly Grant[]
  /** Secrets of the canaries: what was read through a hole is compared with them. */
  readonly secrets: ReadonlySet<string>
  /** Of this machine, to tell a kernel of the sandbox's own. */
  readonly host: { readonly boot: string; readonly kernel: string; readonly version: string }
}

/** One result for each probe that there is, in their order, whatever the guest printed. */
export function evaluate(observed: Observed, subject: Subject): ProbeResult[] {
  const own = hasOwnKernel(observed.beginning, subject)
  const results = probeRules.map((rule): ProbeResult => {
    const { id, group, title } = rule
    return {
      id,
      group,
      ...titled(title),
      seenFrom: 'inside',
      ...evaluateProbe(rule, observed.observations.get(id), { ...subject, ownKernel: own }),
    }
  })
  return [
    ...results,
    {
      id: 'kernel.own',
      seenFrom: 'inside',
      ...hostChecks['kernel.own'],
      ...evaluateKernel(observed.beginning, own, subject),
    },
  ]
}

interface Situation extends Subject {
  readonly ownKernel: boolean
}

function evaluateProbe(rule: ProbeRule, observation: Observation | undefined, situation: Situation): Verdict {
  const skipped = rule.skipped?.[situation.class]
  if (skipped !== undefined) return verdict('notApplicable', skipped)
  if (!observation) return verdict('notApplicable', sentence('self-test-cut-off'))
  const { seen, detail } = observation
  switch (seen) {
    case 'blocked':
      return { outcome: 'pass', detail }
    case 'succeeded':
      return evaluateSuccess(rule, observation, situation)
    case 'absent':
      return rule.absentFails && !isTolerated(rule, situation)
        ? failure(rule, situation.grants, detail)
        : { outcome: 'pass', detail }
    case 'unable':
      return { outcome: 'notApplicable', detail }
    case 'timeout':
      return verdict('notApplicable', sentence('self-test-timeout'))
    case 'crashed':
      return evaluateCrash(detail)
  }
}

function evaluateSuccess(rule: ProbeRule, observation: Observation, situation: Situation): Verdict {
  const { detail, found } = observation
  if (rule.needsSecret && !situation.secrets.has(found)) {
    return verdict('pass', sentence('self-test-lookalike'))
  }
  if (rule.id === 'privileges.capabilities') return evaluateCapabilities(rule, found, situation)
  const tolerated = rule.tolerated?.[situation.class]
  if (tolerated !== undefined && isTolerated(rule, situation)) return verdict('notApplicable', tolerated)
  return failure(rule, situation.grants, detail)
}

/** An engine that shares this machine's kernel after all has no kernel that could contain anything. */
function isTolerated(rule: ProbeRule, situation: Situation): boolean {
  return rule.tolerated?.[situation.class] !== undefined && (situation.class === 'container' || situation.ownKernel)
}

/** A filter may kill instead of refusing: signal 31, SIGSYS. */
function evaluateCrash(detail: string): Verdict {
  if (detail === 'Signal 31.') return verdict('pass', sentence('self-test-killed-by-filter'))
  return verdict('notApplicable', sentence('self-test-ended-early', { seen: detail }))
}

function evaluateCapabilities(rule: ProbeRule, found: string, situation: Situation): Verdict {
  if (!/^[0-9a-f]{1,16}$/.test(found)) return verdict('notApplicable', sentence('self-test-unreadable-answer'))
  const more = unusualCapabilities(BigInt(`0x${found}`))
  if (more.length === 0) return verdict('pass', sentence('self-test-usual-capabilities'))
  const tolerated = rule.tolerated?.[situation.class]
  if (tolerated !== undefined && isTolerated(rule, situation)) return verdict('notApplicable', tolerated)
  const granted = namesOfGranted(rule.openedBy, situation.grants)
  const values = { harm: rule.harm, names: more.join(', '), granted }
  return verdict('fail', sentence('self-test-capabilities-failed', values))
}

/** Names of those beyond what every sandbox has. */
export function unusualCapabilities(mask: bigint): string[] {
  return capabilityNames(mask & ~maskOf(defaultCapabilities))
}

/** Granted or not, it works: the result says so, and what would take it away. */
function failure(rule: ProbeRule, grants: readonly Grant[], detail: string): Verdict {
  const granted = namesOfGranted(rule.openedBy, grants)
  return verdict('fail', sentence('self-test-failed', { harm: rule.harm, seen: detail, granted }))
}

function hasOwnKernel(beginning: Beginning | null, subject: Subject): boolean {
  if (!beginning || subject.class === 'container') return false
  const { boot, kernel, version } = subject.host
  // Not every kernel reports when it was started; then it is recognised by its build.
  if (beginning.boot !== '' && boot !== '') return beginning.boot !== boot
  return beginning.kernel !== kernel || beginning.version !== version
}

function evaluateKernel(beginning: Beginning | null, own: boolean, subject: Subject): Verdict {
  if (subject.class === 'container') {
    return verdict('notApplicable', sentence('self-test-kernel-shared-by-class'))
  }
  if (!beginning) return verdict('notApplicable', sentence('self-test-kernel-unreported'))
  const name = beginning.kernel.replace(/[^\x20-\x7e]/g, '?')
  if (own) return verdict('pass', sentence('self-test-own-kernel', { kernel: name }))
  return verdict('fail', sentence('self-test-same-kernel', { kernel: name }))
}
