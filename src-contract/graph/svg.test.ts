import { expect, test } from 'vitest'
import { Strength } from '../isolation.ts'
import { layoutGraph } from './layout.ts'
import { renderSvg } from './svg.ts'
import { makeEdge, makeNode, makeSandboxNode, makeView, makeViewOf } from './testing/views.ts'
import { describeGraph } from './text.ts'

test('a picture has every node and every edge, with the strength as a word', () => {
  const sandboxes = Strength.options.map((_, index) => makeSandboxNode(index))
  const kernel = makeNode('host-kernel', 'hostKernel')
  const edges = Strength.options.map((strength, index) => makeEdge(sandboxes[index]?.id ?? '', kernel.id, { strength }))
  const svg = renderSvg(makeView([...sandboxes, kernel], edges))
  for (const strength of Strength.options) expect(svg).toContain(`kernel, ${strength}`)
  for (const { label } of sandboxes) expect(svg).toContain(`>${label}<`)
  expect(svg.match(/<path d="M\d/g)).toHaveLength(2 * Strength.options.length)
})

test('names that others chose cannot become markup', () => {
  const node = makeNode('mount:x', 'mount', { label: '"/><script>alert(1)</script>\u0007&' })
  const svg = renderSvg(makeView([node]))
  expect(svg).not.toContain('<script')
  expect(svg).not.toContain('\u0007')
  expect(svg).toContain('&lt;script&gt;')
})

test('a layout that is on the screen is drawn as it is', () => {
  const view = makeViewOf(3)
  const first = layoutGraph(makeViewOf(9))
  const layout = layoutGraph(view, first)
  const kernel = first.places.get('host-kernel')
  expect(renderSvg(view, { layout })).toContain(`<rect x="${kernel?.x}" y="${kernel?.y}"`)
  expect(renderSvg(view)).not.toContain(`<rect x="${kernel?.x}" y="${kernel?.y}"`)
  expect(renderSvg(view, { theme: 'dark' })).not.toBe(renderSvg(view))
})

test('as text, what shares most comes first', () => {
  const view = makeView(
    [makeNode('a', 'sandbox', { label: 'one' }), makeNode('b', 'mount', { label: '/srv' })],
    [makeEdge('a', 'b', { strength: 'readable' }), makeEdge('b', 'a', { strength: 'writable', sentence: 'Yes.' })],
  )
  expect(describeGraph(view)[0]).toBe('/srv → one: writable. Yes.')
})

test('missing limits are named in the box, and what the agent does to all is said once', () => {
  const view = makeViewOf(2)
  const [kernel, one] = view.nodes
  const more = [
    makeEdge(one?.id ?? '', kernel?.id ?? '', { what: 'memory', carries: false }),
    makeEdge('agent', one?.id ?? '', { what: 'control', strength: 'total' }),
  ]
  const svg = renderSvg({
    ...view,
    nodes: [...view.nodes, makeNode('agent', 'agent')],
    edges: [...view.edges, ...more],
  })
  expect(svg).toContain('container, no limit: memory<')
  expect(svg).not.toContain('control, total')
  expect(svg).toContain('controls every sandbox')
})
