import { appError } from '#contract/app-error'
import type { FunctionRevision, JoeyFunction, TrafficShare } from '#contract/function'

/** Of those that get no calls and have no tag. */
const keptUnused = 10

/** The function with one revision more, to which all calls go; tags stay with what they name. */
export function withRevision(each: JoeyFunction, revision: FunctionRevision, takeTraffic: boolean): JoeyFunction {
  const shares = takeTraffic ? [{ revision: revision.number, percent: 100, tag: null }] : []
  const others = takeTraffic
    ? each.traffic.filter(({ tag }) => tag !== null).map((share) => ({ ...share, percent: 0 }))
    : each.traffic
  return withoutOld({ ...each, revisions: [revision, ...each.revisions], traffic: [...shares, ...others] })
}

function withoutOld(each: JoeyFunction): JoeyFunction {
  let unused = 0
  const revisions = each.revisions.filter(({ number }) => {
    if (each.traffic.some(({ revision }) => revision === number)) return true
    unused += 1
    return unused <= keptUnused
  })
  return { ...each, revisions }
}

/** The function with other shares. Rejects those that make no whole. */
export function withTraffic(each: JoeyFunction, traffic: readonly TrafficShare[]): JoeyFunction {
  for (const { revision } of traffic)
    if (!each.revisions.some(({ number }) => number === revision))
      throw appError('function-revision-not-found', { name: each.name, revision: String(revision) })
  const tags = traffic.flatMap(({ tag }) => tag ?? [])
  const revisions = traffic.map(({ revision }) => revision)
  const total = traffic.reduce((sum, { percent }) => sum + percent, 0)
  const isTwice = new Set(tags).size < tags.length || new Set(revisions).size < revisions.length
  if (total !== 100 || isTwice) throw appError('function-traffic-invalid')
  return { ...each, traffic: [...traffic] }
}

/** Whether calls can reach it. */
export function isReached({ traffic }: JoeyFunction, number: number): boolean {
  return traffic.some(({ revision, percent, tag }) => revision === number && (percent > 0 || tag !== null))
}
