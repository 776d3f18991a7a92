import type { InterferenceSlot, IsolationView } from '#contract/isolation'
import type { SandboxId } from '#contract/sandbox'
import { scopeGraph } from './graph/scope.ts'
import type { Describe, ObservationRound } from './observation-round.ts'
import { scoreOverall } from './score/score.ts'

interface Options {
  /** One sandbox and what is around it; else all. */
  readonly id: SandboxId | undefined
  readonly describe: Describe
  readonly history?: InterferenceSlot[]
}

export function buildView(round: ObservationRound, { id, describe, history }: Options): IsolationView {
  const described = round.all.map(describe)
  const { nodes, edges } = id === undefined ? round.graph : scopeGraph(round.graph, id)
  const { pressures, interference } = scopeDisturbance(round, id)
  return {
    at: round.at.toISOString(),
    sandboxes:
      id === undefined
        ? described.map((one) => ({ ...one, facts: one.facts.filter(({ weaker }) => weaker) }))
        : described.filter((one) => one.id === id),
    nodes,
    edges,
    score: scoreOverall(described),
    pressures: [...pressures],
    interference: [...interference],
    ...(history === undefined ? {} : { history }),
  }
}

/** The same for views with the same content: everything but times. */
export function keyOfView(round: ObservationRound, id: SandboxId | undefined): string {
  return `${round.version} ${JSON.stringify(scopeDisturbance(round, id))}`
}

function scopeDisturbance({ disturbance }: ObservationRound, id: SandboxId | undefined) {
  const { pressures, interference } = disturbance
  if (id === undefined) return { pressures, interference }
  return {
    pressures: pressures.filter((one) => one.id === id),
    interference: interference.filter(({ victim, culprit }) => victim === id || culprit === id),
  }
}
