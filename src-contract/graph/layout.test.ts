import { expect, test } from 'vitest'
import type { IsolationView } from '../isolation.ts'
import { type Layout, layoutGraph } from './layout.ts'
import { makeEdge, makeNode, makeSandboxNode, makeView, makeViewOf } from './testing/views.ts'

function without(view: IsolationView, gone: string): IsolationView {
  return {
    ...view,
    nodes: view.nodes.filter(({ id }) => id !== gone),
    edges: view.edges.filter(({ from, to }) => from !== gone && to !== gone),
  }
}

function overlaps(layout: Layout): string[] {
  const seen = new Set<string>()
  return [...layout.places].flatMap(([id, { x, y }]) => {
    const key = `${x} ${y}`
    if (seen.has(key)) return [id]
    seen.add(key)
    return []
  })
}

test('the same view gives the same layout, in whichever order its nodes come', () => {
  const view = makeViewOf(12)
  const turned = { ...view, nodes: view.nodes.toReversed(), edges: view.edges.toReversed() }
  const places = (layout: Layout) => [...layout.places].sort(([one], [other]) => (one < other ? -1 : 1))
  expect(places(layoutGraph(turned))).toEqual(places(layoutGraph(view)))
})

test('no two are drawn in one place, and all are inside of the picture', () => {
  const layout = layoutGraph(makeViewOf(40))
  expect(overlaps(layout)).toEqual([])
  for (const { x, y, width, height } of layout.places.values()) {
    expect(x + width).toBeLessThan(layout.width)
    expect(y + height).toBeLessThan(layout.height)
    expect(Math.min(x, y)).toBeGreaterThan(0)
  }
})

test('what stays keeps its place when others come and go', () => {
  const before = layoutGraph(makeViewOf(10))
  const after = layoutGraph(without(makeViewOf(12), 'sandbox:000000000003'), before)
  expect(overlaps(after)).toEqual([])
  for (const [id, place] of after.places) {
    if (before.places.has(id)) expect(place).toEqual(before.places.get(id))
  }
  expect(after.places.size).toBe(12)
})

test('what is new takes the free place nearest to what it is joined with', () => {
  const before = layoutGraph(makeViewOf(9))
  const view = makeViewOf(9)
  const mount = makeNode('mount:/srv', 'mount')
  const joined = {
    ...view,
    nodes: [...view.nodes, mount],
    edges: [...view.edges, makeEdge('sandbox:000000000007', mount.id)],
  }
  const after = layoutGraph(joined, before)
  expect(after.places.get(mount.id)?.row).toBe(before.places.get('sandbox:000000000007')?.row)
})

test('many sandboxes are drawn by groups, a group can be opened, and edges follow', () => {
  const folded = layoutGraph(makeViewOf(200))
  expect(folded.groups).toEqual([
    expect.objectContaining({ id: 'group:class:container', sandboxes: 200, label: '200 sandboxes of class container' }),
  ])
  expect([...folded.places.keys()].sort()).toEqual(['group:class:container', 'host-kernel'])
  expect(folded.edges).toEqual([
    expect.objectContaining({ from: 'group:class:container', to: 'host-kernel', what: 'kernel', strength: 'shared' }),
  ])
  expect(folded.edges[0]?.edges).toHaveLength(200)
  const opened = layoutGraph(makeViewOf(200), folded, { open: new Set(['group:class:container']) })
  expect(opened.places.size).toBe(201)
  expect(opened.places.get('host-kernel')).toEqual(folded.places.get('host-kernel'))
})

test('a group has what belongs to it alone, and leaves what it shares with others', () => {
  const large = makeViewOf(50)
  const odd = makeSandboxNode(99, 'gvisor')
  const shared = makeNode('mount:/shared', 'mount')
  const own = makeNode('mount:/own', 'mount')
  const view = makeView(
    [...large.nodes, odd, makeSandboxNode(98, 'gvisor'), shared, own],
    [
      ...large.edges,
      makeEdge('sandbox:000000000001', own.id, { what: 'files', strength: 'writable' }),
      makeEdge('sandbox:000000000002', own.id, { what: 'files', strength: 'readable' }),
      makeEdge('sandbox:000000000003', shared.id, { what: 'files', strength: 'readable' }),
      makeEdge('sandbox:000000000004', shared.id, { what: 'files', strength: 'writable' }),
      makeEdge(odd.id, shared.id, { what: 'files', strength: 'readable' }),
    ],
  )
  const layout = layoutGraph(view)
  const containers = layout.groups.find(({ id }) => id === 'group:class:container')
  expect(containers?.members).toContain(own.id)
  expect(layout.places.has(shared.id)).toBe(true)
  const edge = layout.edges.find(({ from, to }) => from === 'group:class:container' && to === shared.id)
  expect(edge).toMatchObject({ strength: 'writable', what: 'files' })
})

test('the picture does not flap at the border between folded and not', () => {
  const folded = layoutGraph(makeViewOf(41))
  expect(folded.groups).toHaveLength(1)
  expect(layoutGraph(makeViewOf(40), folded).groups).toHaveLength(1)
  expect(layoutGraph(makeViewOf(35), folded).groups).toHaveLength(0)
  expect(layoutGraph(makeViewOf(40)).groups).toHaveLength(0)
})
