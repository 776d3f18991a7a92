import { expect, test } from 'vitest'
import { lessShared } from '#contract/graph/strengths'
import { type Cut, type IsolationEdge, Strength } from '#contract/isolation'
import { node, raw } from '../describe/text.ts'
import { applyCut, findBlastRadius } from './blast.ts'
import { canTake, changes, outgoing, reach, weights } from './paths.ts'

/** Small, fast and the same everywhere (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }
}

const strengths = Strength.options
const kinds: readonly IsolationEdge['what'][] = ['kernel', 'files', 'network']

function makeGraph(seed: number) {
  const random = createRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const ids = ['host-kernel', 'mount:/a', 'mount:/b', 'sandbox:a', 'sandbox:b', 'sandbox:c', 'network:x']
  const cuts: (Cut | null)[] = [
    null,
    { kind: 'dropGrant', ref: 'a', grant: 'cap:X' },
    { kind: 'makeReadOnly', ref: 'b', target: '/a' },
    { kind: 'setClass', ref: 'a', class: 'gvisor' },
    { kind: 'leaveNetwork', ref: 'c', network: 'x' },
  ]
  const edges = Array.from({ length: 4 + Math.floor(random() * 9) }, (_, index): IsolationEdge => {
    const [from, to, what] = [pick(ids), pick(ids), pick(kinds)]
    const strength = pick(strengths)
    const carries = strength !== 'bounded' && random() < 0.9
    return { id: `e${index}`, from, to, what, strength, sentence: '', carries, cut: pick(cuts) }
  })
  return { graph: { nodes: ids.map((id) => node({ id, kind: 'sandbox', label: raw(id) })), edges }, from: pick(ids) }
}

/** Every path that comes to no place twice, tried one after another. */
function bruteForce(from: string, edges: readonly IsolationEdge[]): Map<string, number> {
  const best = new Map<string, number>()
  const walk = (at: string, canChange: boolean, distance: number, seen: ReadonlySet<string>): void => {
    if (distance < (best.get(at) ?? Number.POSITIVE_INFINITY)) best.set(at, distance)
    for (const edge of edges) {
      if (edge.from !== at || !edge.carries || !canTake(edge, canChange)) continue
      const canThen = changes(edge) || !edge.to.startsWith('mount:')
      const place = `${edge.to} ${canThen}`
      if (!seen.has(place)) walk(edge.to, canThen, distance + weights[edge.strength], new Set([...seen, place]))
    }
  }
  walk(from, true, 0, new Set([`${from} true`]))
  best.delete(from)
  return best
}

test('what is reached, and how far it is, is what trying every path finds', () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const { graph, from } = makeGraph(seed)
    const byId = new Map(graph.edges.map((edge) => [edge.id, edge]))
    const { reached } = findBlastRadius(from, graph)
    const distances = reached.map(({ node: id, path }) => {
      return [id, path.reduce((sum, edge) => sum + weights[byId.get(edge)?.strength ?? 'bounded'], 0)] as const
    })
    expect(new Map(distances), `seed ${seed}`).toEqual(bruteForce(from, graph.edges))
  }
})

test('a path is unbroken, and as strong as its narrowest edge', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const { graph, from } = makeGraph(seed)
    const byId = new Map(graph.edges.map((edge) => [edge.id, edge]))
    for (const { node: id, path, strength } of findBlastRadius(from, graph).reached) {
      let at = from
      let narrowest: Strength = 'total'
      for (const step of path) {
        const edge = byId.get(step)
        expect(edge?.from).toBe(at)
        at = edge?.to ?? ''
        narrowest = lessShared(narrowest, edge?.strength ?? 'bounded')
      }
      expect([at, strength]).toEqual([id, narrowest])
    }
  }
})

const isDirect = ({ from }: IsolationEdge) => from !== 'host-kernel' && from !== 'agent'

/** 2 where a change takes the kernel out of reach, 1 where it narrows the way there, 0 else. */
function controlGain(from: string, before: readonly IsolationEdge[], after: readonly IsolationEdge[]): number {
  const rank = (edges: readonly IsolationEdge[]): number => {
    const strength = reach(from, outgoing(edges)).find(({ node: id }) => id === 'host-kernel')?.strength
    return strength === undefined ? -1 : strengths.indexOf(strength)
  }
  const [was, is] = [rank(before), rank(after)]
  return was === -1 || is >= was ? 0 : is === -1 ? 2 : 1
}

test('no other single change gains more than the one that is suggested', () => {
  const counts = [0, 0, 0]
  for (let seed = 1; seed <= 2500; seed += 1) {
    const { graph, from } = makeGraph(seed)
    if (from === 'host-kernel') continue
    const [before, direct] = [bruteForce(from, graph.edges), bruteForce(from, graph.edges.filter(isDirect))]
    const gains = graph.edges.flatMap(({ cut }) => {
      if (cut === null) return []
      const after = applyCut(graph.edges, cut)
      const control = controlGain(from, graph.edges, after)
      const removed = before.size - bruteForce(from, after).size
      const parts = direct.size - bruteForce(from, after.filter(isDirect)).size
      return [{ cut, control, gain: control * 1000 + ([parts, 0, removed][control] ?? 0) }]
    })
    const most = Math.max(0, ...gains.map(({ gain }) => gain))
    const { cut } = findBlastRadius(from, graph)
    const of = gains.find((one) => JSON.stringify(one.cut) === JSON.stringify(cut?.cut))
    expect(of?.gain ?? 0, `seed ${seed}`).toBe(most)
    if (cut && of) {
      counts[of.control] = (counts[of.control] ?? 0) + 1
      const after = bruteForce(from, applyCut(graph.edges, cut.cut))
      expect(cut.removes.toSorted()).toEqual([...before.keys()].filter((id) => !after.has(id)).toSorted())
    }
  }
  expect(Math.min(...counts)).toBeGreaterThan(10)
})

test('a view of many sandboxes is answered in a moment', () => {
  const boxes = Array.from({ length: 400 }, (_, index) => `sandbox:${index}`)
  const cut = (index: number): Cut => ({ kind: 'setClass', ref: `b${index}`, class: 'gvisor' })
  const edge = (from: string, to: string, more: Partial<IsolationEdge> = {}): IsolationEdge => {
    return {
      id: `${from}>${to}`,
      from,
      to,
      what: 'kernel',
      strength: 'filtered',
      sentence: '',
      carries: true,
      cut: null,
      ...more,
    }
  }
  const edges = boxes.flatMap((box, index) => [edge(box, 'host-kernel', { cut: cut(index) }), edge('agent', box)])
  const graph = { nodes: [], edges: [...edges, edge('host-kernel', 'agent')] }
  const begun = performance.now()
  const { reached, cut: best } = findBlastRadius('sandbox:7', graph)
  expect(reached).toHaveLength(401)
  expect(best?.cut).toEqual(cut(7))
  expect(performance.now() - begun).toBeLessThan(15_000)
})
