import { expect, test } from 'vitest'
import { layoutGraph } from '#contract/graph/layout'
import { makeEdge, makeId, makeNode, makeSandboxNode, makeView, makeViewOf } from '#contract/graph/testing/views'
import { aroundSandbox, countKinds, hideKinds } from '../scope-view.ts'
import { nextBox } from './graph-keys.ts'
import { box, makeScene } from './graph-scene.ts'
import { boxShapes, outline } from './node-shape.ts'
import { fitAll, reveal, startView, zoomAt } from './viewport.ts'

const ids = (nodes: readonly { readonly id: string }[]): string[] => nodes.map(({ id }) => id).sort()

/** Two on one network, a third apart, all on the host's kernel. */
function twoSandboxes() {
  const [one, two, three] = [makeSandboxNode(1), makeSandboxNode(2), makeSandboxNode(3)]
  const kernel = makeNode('host-kernel', 'hostKernel')
  const network = makeNode('network:lan', 'network')
  const edges = [one, two, three].map(({ id }) => makeEdge(id, kernel.id))
  const joins = [one, two].map(({ id }) => makeEdge(id, network.id, { what: 'network', strength: 'reachable' }))
  return makeView([one, two, three, kernel, network], [...edges, ...joins])
}

test('hidden kinds take their edges with them', () => {
  const view = hideKinds(twoSandboxes(), new Set(['hostKernel']))
  expect(ids(view.nodes)).not.toContain('host-kernel')
  expect(view.edges).toHaveLength(2)
  expect(hideKinds(view, new Set())).toBe(view)
})

test('around a sandbox are its kernel and network, its neighbours there, and nobody else', () => {
  const view = aroundSandbox(twoSandboxes(), makeId(1))
  expect(ids(view.nodes)).toEqual(['host-kernel', 'network:lan', `sandbox:${makeId(1)}`, `sandbox:${makeId(2)}`])
})

test('kinds are counted', () => {
  expect([...countKinds(twoSandboxes().nodes)]).toEqual([
    ['sandbox', 3],
    ['hostKernel', 1],
    ['network', 1],
  ])
})

test('boxes do not lie upon each other, and unused columns take no room', () => {
  const scene = makeScene(layoutGraph(makeViewOf(6)))
  const columns = new Set(scene.boxes.map(({ x }) => x))
  expect(columns.size).toBe(2)
  expect(scene.width).toBe(2 * box.margin + 2 * box.width + box.gap)
  expect(new Set(scene.boxes.map(({ x, y }) => `${x} ${y}`)).size).toBe(scene.boxes.length)
  expect(scene.wires).toHaveLength(6)
})

test('a strong edge is drawn wider than a weak one, and over it', () => {
  const [one, two] = [makeSandboxNode(1), makeSandboxNode(2)]
  const kernel = makeNode('host-kernel', 'hostKernel')
  const edges = [
    makeEdge(one.id, kernel.id, { strength: 'total' }),
    makeEdge(two.id, kernel.id, { strength: 'bounded' }),
  ]
  const { wires } = makeScene(layoutGraph(makeView([one, two, kernel], edges)))
  expect(wires.map(({ strength }) => strength)).toEqual(['bounded', 'total'])
  expect(wires[1]?.width).toBeGreaterThan(wires[0]?.width ?? 99)
  expect(wires[0]?.dash).not.toBe('')
})

test('every kind has a closed outline', () => {
  for (const shape of Object.values(boxShapes)) expect(outline(shape, 100, 40)).toMatch(/^M.*Z$/)
})

test('arrow keys go to the nearest box that way and stay at the border', () => {
  const { boxes } = makeScene(layoutGraph(makeViewOf(3)))
  const [first, second] = boxes.filter(({ node }) => node?.kind === 'sandbox')
  expect(nextBox(boxes, first?.id ?? '', 'ArrowDown')).toBe(second?.id)
  expect(nextBox(boxes, first?.id ?? '', 'ArrowRight')).toBe('host-kernel')
  expect(nextBox(boxes, 'host-kernel', 'ArrowRight')).toBe('host-kernel')
  expect(nextBox(boxes, 'gone', 'ArrowUp')).toBe(boxes[0]?.id)
})

test('a small picture is shown whole, a large one from its beginning and readable', () => {
  const window = { width: 800, height: 600 }
  expect(startView(window, { width: 700, height: 300 })).toEqual(fitAll(window, { width: 700, height: 300 }))
  expect(startView(window, { width: 4000, height: 3000 })).toEqual({ x: 0, y: 0, scale: 0.55 })
  expect(fitAll(window, { width: 4000, height: 3000 }).scale).toBe(0.2)
})

test('zooming keeps the point under the pointer', () => {
  const point = { x: 300, y: 200 }
  const before = { x: 10, y: 20, scale: 1 }
  const after = zoomAt(before, 1.5, point)
  expect((point.x - after.x) / after.scale).toBeCloseTo((point.x - before.x) / before.scale)
  expect((point.y - after.y) / after.scale).toBeCloseTo((point.y - before.y) / before.scale)
  expect(zoomAt(before, 1000, point).scale).toBe(2.5)
})

test('a box out of sight is brought in, one in sight moves nothing', () => {
  const window = { width: 400, height: 300 }
  const view = { x: 0, y: 0, scale: 1 }
  expect(reveal(view, window, { x: 50, y: 50, width: 100, height: 40 })).toBe(view)
  expect(reveal(view, window, { x: 900, y: 50, width: 100, height: 40 }).x).toBe(-616)
})
