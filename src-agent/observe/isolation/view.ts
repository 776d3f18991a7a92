import type { InterferenceSlot, IsolationView } from '#contract/isolation'
import type { SandboxId } from '#contract/sandbox'
import type { Describe, Found } from './observation-round.ts'
import { scopeGraph } from './graph/scope.ts'
import { scoreDesk } from './score/score.ts'

interface Options {
  /** One sandbox and what is around it; else the desk. */
  readonly id: SandboxId | undefined
  readonly describe: Describe
  readonly history?: InterferenceSlot[]
}

export function buildView(found: Found, { id, describe, history }: Options): IsolationView {
  const described = found.all.map(describe)
  const { nodes, edges } = id === undefined ? found.graph : scopeGraph(found.graph, id)
  const { pressures, interference } = scopeDisturbance(found, id)
  return {
    at: found.at.toISOString(),
    sandboxes:
      id === undefined
        ? described.map((one) => ({ ...one, facts: one.facts.filter(({ weaker }) => weaker) }))
        : described.filter((one) => one.id === id),
    nodes,
    edges,
    score: scoreDesk(described),
    pressures: [...pressures],
    interference: [...interference],
    ...(history === undefined ? {} : { history }),
  }
}

/** The same for views that tell the same: everything but times. */
export function keyOfView(found: Found, id: SandboxId | undefined): string {
  return `${found.version} ${JSON.stringify(scopeDisturbance(found, id))}`
}

function scopeDisturbance({ disturbance }: Found, id: SandboxId | undefined) {
  const { pressures, interference } = disturbance
  if (id === undefined) return { pressures, interference }
  return {
    pressures: pressures.filter((one) => one.id === id),
    interference: interference.filter(({ victim, culprit }) => victim === id || culprit === id),
  }
}
