import type { ProbeResult } from '#contract/selftest'

const weight: Readonly<Record<ProbeResult['outcome'], number>> = { fail: 0, pass: 1, notApplicable: 2 }

interface Counts {
  readonly passed: number
  readonly failed: number
  readonly notApplicable: number
}

export function countResults(results: readonly ProbeResult[]): Counts {
  const count = (outcome: ProbeResult['outcome']): number => results.filter((each) => each.outcome === outcome).length
  return { passed: count('pass'), failed: count('fail'), notApplicable: count('notApplicable') }
}

/** By group; groups with a failure first, and in each what failed first. */
export function groupResults(
  results: readonly ProbeResult[],
): readonly (readonly [ProbeResult['group'], readonly ProbeResult[]])[] {
  const groups = new Map<ProbeResult['group'], ProbeResult[]>()
  for (const result of results) groups.set(result.group, [...(groups.get(result.group) ?? []), result])
  return [...groups]
    .map(([group, found]) => [group, found.sort((a, b) => weight[a.outcome] - weight[b.outcome])] as const)
    .sort(([, a], [, b]) => Number(countResults(b).failed > 0) - Number(countResults(a).failed > 0))
}
