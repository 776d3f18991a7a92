import { describe, expect, test } from 'vitest'
import type { BlastRadius, IsolationEdge, IsolationFact, IsolationNode, IsolationView } from '#contract/isolation'
import { describeEdges } from './edges-text.ts'
import { describeAll, describeBlast, describeOne } from './isolation-text.ts'
import { layOut, type Paragraph } from './paragraphs.ts'

const node = (id: string, label: string, sandbox: string | null = null): IsolationNode => ({
  id,
  kind: sandbox === null ? 'hostKernel' : 'sandbox',
  label,
  class: sandbox === null ? null : 'container',
  sandbox,
  details: [],
})

const edge = (from: string, to: string, more: Partial<IsolationEdge> = {}): IsolationEdge => ({
  id: `${from}>${to}`,
  from,
  to,
  what: 'kernel',
  strength: 'filtered',
  sentence: 'System calls go there.',
  carries: true,
  cut: null,
  ...more,
})

const fact = (name: string, weaker = false): IsolationFact => ({
  topic: 'limits',
  name,
  value: 'none',
  source: '/proc/1/limits',
  weaker,
})

const sandbox = (name: string, value: number, facts: IsolationFact[] = []): IsolationView['sandboxes'][number] => ({
  id: 'aaaa0000bbbb',
  name,
  class: 'container',
  state: 'running',
  observedAt: '2026-01-01T00:00:00.000Z',
  facts,
  score: {
    value,
    parts: [
      { points: 8, of: 8, sentence: 'All is well here.' },
      { points: 1, of: 5, sentence: 'Nothing bounds its memory.' },
      { points: 2, of: 4, sentence: 'It is root.' },
    ],
  },
})

const view = (more: Partial<IsolationView> = {}): IsolationView => ({
  at: '2026-01-01T00:00:00.000Z',
  sandboxes: [],
  nodes: [],
  edges: [],
  score: { value: 70, parts: [] },
  pressures: [],
  interference: [],
  ...more,
})

const print = (all: readonly Paragraph[]): readonly string[] =>
  all.flatMap((each) => layOut(each, Number.POSITIVE_INFINITY))

describe('all sandboxes', () => {
  test('puts the weakest first, with what costs it the most', () => {
    const lines = print(describeAll(view({ sandboxes: [sandbox('strong', 90), sandbox('weak', 9)] })))
    expect(lines).toEqual([
      'All sandboxes: 70 of 100',
      '',
      'Sandboxes, weakest first, with what costs each the most:',
      '    9  container  weak    Nothing bounds its memory.',
      '   90  container  strong  Nothing bounds its memory.',
    ])
  })

  test('reports who disturbs whom, with what would calm it', () => {
    const suggestion = { ref: 'b', cpus: 0.5, memoryBytes: null, sentence: 'Give b half a core.' }
    const interference: IsolationView['interference'] = [
      {
        victim: 'aaaa0000bbbb',
        culprit: 'bbbb0000aaaa',
        resource: 'cpu',
        strength: 0.5,
        sentence: 'b slows a.',
        suggestion,
      },
    ]
    expect(print(describeAll(view({ interference }))).slice(-2)).toEqual([
      'Disturbed:',
      '  b slows a. Give b half a core.',
    ])
  })
})

describe('one sandbox', () => {
  const nodes = [node('sandbox:a', 'a', 'aaaa0000bbbb'), node('host-kernel', 'The kernel'), node('sandbox:b', 'b')]
  const edges = [edge('sandbox:a', 'host-kernel'), edge('agent', 'sandbox:a'), edge('agent', 'sandbox:b')]
  const facts = [fact('Memory'), fact('Processes', true)]
  const one = view({ sandboxes: [sandbox('a', 50, facts)], nodes, edges })

  test('has its facts with the weaker ones first and marked', () => {
    const lines = print(describeOne(one, { sources: false }))
    const start = lines.indexOf('Observed (! weaker than the default of its class):')
    expect(lines.slice(start + 1, start + 3)).toEqual(['  ! Processes  none', '    Memory     none'])
  })

  test('says where a fact was read when asked to', () => {
    expect(print(describeOne(one, { sources: true }))).toContain('    Memory     none  [/proc/1/limits]')
  })

  test('tells apart what it acts on and what acts on it, and leaves out what does neither', () => {
    const lines = print(describeOne(one, { sources: false }))
    const acts = lines.indexOf('What it can act on, widest opening first:')
    const suffers = lines.indexOf('What can act on it, widest opening first:')
    expect(lines[acts + 1]).toBe('  filtered  a -> The kernel (kernel)')
    expect(lines[suffers + 1]).toBe('  filtered  agent -> a (kernel)')
    expect(lines.join('\n')).not.toContain('-> b')
  })
})

describe('edges', () => {
  test('that share most come first', () => {
    const edges = [edge('a', 'k', { strength: 'bounded' }), edge('b', 'k', { strength: 'total' })]
    expect(print(describeEdges(view({ edges })))[0]).toBe('  total    b -> k (kernel)')
  })

  test('that say the same are listed once, and many names are cut short', () => {
    const edges = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((from) => edge(from, 'k'))
    expect(print(describeEdges(view({ edges })))).toEqual([
      '  filtered  a, b, c, d, e and 2 more -> k (kernel)',
      '            System calls go there.',
    ])
    expect(print(describeEdges(view({ edges: [edge('agent', 'a'), edge('agent', 'b')] })))[0]).toContain(
      'agent -> a, b',
    )
  })

  test('with characters that steer a terminal are made safe', () => {
    const nodes = [node('mount:/x', '\x1b[2Jx\n'), node('k', 'k')]
    expect(print(describeEdges(view({ nodes, edges: [edge('mount:/x', 'k')] })))[0]).toBe(
      '  filtered  \\e[2Jx\\n -> k (kernel)',
    )
  })
})

describe('a blast radius', () => {
  const nodes = [node('sandbox:a', 'a'), node('network:n', 'Network n'), node('sandbox:b', 'b')]
  const edges = [
    edge('sandbox:a', 'network:n', { sentence: 'It reaches everyone on n.' }),
    edge('network:n', 'sandbox:b', { sentence: 'Everyone on n reaches it.' }),
  ]
  const blast = (more: Partial<BlastRadius>): BlastRadius => ({ from: 'sandbox:a', reached: [], cut: null, ...more })

  test('names the way and the change that would help most', () => {
    const path = edges.map(({ id }) => id)
    const cut: BlastRadius['cut'] = {
      cut: { kind: 'leaveNetwork', ref: 'a', network: 'n' },
      sentence: 'Take a off n.',
      removes: ['sandbox:b'],
    }
    const reached: BlastRadius['reached'] = [{ node: 'sandbox:b', path, strength: 'reachable' }]
    expect(print(describeBlast(blast({ reached, cut }), view({ nodes, edges }))).slice(1)).toEqual([
      '  b (reachable)',
      '    by Network n: Everyone on n reaches it.',
      '',
      'What would help most: Take a off n.',
    ])
  })

  test('still reports what is reached where the way has changed meanwhile', () => {
    const reached: BlastRadius['reached'] = [{ node: 'sandbox:z', path: ['gone'], strength: 'total' }]
    expect(print(describeBlast(blast({ reached }), view({ nodes })))).toContain('  sandbox:z (total)')
  })

  test('says that nothing is within reach', () => {
    expect(print(describeBlast(blast({}), view({ nodes })))).toEqual(['Nothing is within reach of a.'])
  })
})
