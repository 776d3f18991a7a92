import { lessShared, styleOfStrength } from '#contract/graph/strengths'
import type { IsolationEdge, Reached, Strength } from '#contract/isolation'

/**
 * How far an edge is for an attacker: small where nothing stands in the way. Sums compare paths, nothing else; so two
 * filters in a row weigh more than a detour over three open doors. docs/isolation-score.md shows this table.
 */
export const weights: Readonly<Record<Strength, number>> = {
  total: 1,
  writable: 2,
  shared: 3,
  reachable: 4,
  readable: 4,
  filtered: 8,
  bounded: 20,
}

/**
 * A place on the way: a node, and whether who came there can change it. It matters for files: from a folder that was
 * come to for reading only, no way leads on to those who read it too.
 */
interface Step {
  readonly node: string
  readonly canChange: boolean
}

interface PathStep {
  readonly step: Step
  readonly distance: number
  /** Of edges, from the start on. */
  readonly hops: number
  readonly via: { readonly edge: IsolationEdge; readonly before: PathStep } | null
}

export type Outgoing = ReadonlyMap<string, readonly IsolationEdge[]>

/** Carrying edges by where they begin. */
export function outgoing(edges: readonly IsolationEdge[]): Outgoing {
  const found = new Map<string, IsolationEdge[]>()
  for (const edge of edges) {
    if (!edge.carries) continue
    const known = found.get(edge.from)
    if (known) known.push(edge)
    else found.set(edge.from, [edge])
  }
  return found
}

/** Whether an edge can be taken by who stands there. */
export function canTake(edge: IsolationEdge, canChange: boolean): boolean {
  return canChange || edge.what !== 'files' || !edge.from.startsWith('mount:')
}

/** Whether who has taken an edge can change what it leads to. */
export function changes({ strength }: IsolationEdge): boolean {
  return styleOfStrength(strength).rank >= styleOfStrength('writable').rank
}

/** Shortest paths by weight to everything that carrying edges lead to; equal ones by fewer edges, then by id. */
export function reach(from: string, out: Outgoing): Reached[] {
  const settled = new Map<string, PathStep>()
  const queue = createQueue()
  queue.push({ step: { node: from, canChange: true }, distance: 0, hops: 0, via: null })
  const best = new Map<string, PathStep>()
  for (let next = queue.pop(); next; next = queue.pop()) {
    const { node, canChange } = next.step
    const key = `${canChange ? 'w' : 'r'}${node}`
    // Who can change it can do all that a reader can.
    if (settled.has(key) || settled.has(`w${node}`)) continue
    settled.set(key, next)
    if (!best.has(node)) best.set(node, next)
    for (const edge of out.get(node) ?? []) {
      if (!canTake(edge, canChange)) continue
      const step = { node: edge.to, canChange: changes(edge) || !edge.to.startsWith('mount:') }
      const distance = next.distance + weights[edge.strength]
      queue.push({ step, distance, hops: next.hops + 1, via: { edge, before: next } })
    }
  }
  best.delete(from)
  return [...best.values()].map(toReached)
}

function toReached(last: PathStep): Reached {
  const path: string[] = []
  let strength: Strength = 'total'
  for (let at: PathStep = last; at.via !== null; at = at.via.before) {
    path.unshift(at.via.edge.id)
    strength = lessShared(strength, at.via.edge.strength)
  }
  return { node: last.step.node, path, strength }
}

/** A binary heap; 200 sandboxes have thousands of edges. */
function createQueue(): { push(last: PathStep): void; pop(): PathStep | undefined } {
  const heap: PathStep[] = []
  const swap = (one: number, other: number): void => {
    const [first, second] = [heap[one], heap[other]]
    if (first === undefined || second === undefined) return
    heap[one] = second
    heap[other] = first
  }
  const isBefore = (one: number, other: number): boolean => {
    const [first, second] = [heap[one], heap[other]]
    return first !== undefined && second !== undefined && comesFirst(first, second)
  }
  const sink = (): void => {
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      const child = isBefore(left + 1, left) ? left + 1 : left
      if (!isBefore(child, at)) return
      swap(at, child)
      at = child
    }
  }
  return {
    push(found) {
      let at = heap.push(found) - 1
      for (let parent = (at - 1) >> 1; at > 0 && isBefore(at, parent); parent = (at - 1) >> 1) {
        swap(at, parent)
        at = parent
      }
    },
    pop() {
      const [first] = heap
      const last = heap.pop()
      if (last !== undefined && heap.length > 0) {
        heap[0] = last
        sink()
      }
      return first
    },
  }
}

function comesFirst(one: PathStep, other: PathStep): boolean {
  if (one.distance !== other.distance) return one.distance < other.distance
  if (one.hops !== other.hops) return one.hops < other.hops
  return (one.via?.edge.id ?? '') < (other.via?.edge.id ?? '')
}
