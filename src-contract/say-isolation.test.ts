import { expect, test } from 'vitest'
import type { BlastRadius, IsolationView } from './isolation.ts'
import { sayBlast, sayView } from './say-isolation.ts'
import { sentence, wordingOf } from './sentence.ts'
import { pseudoLanguage } from './testing/pseudo-language.ts'

const none = sentence('value-none')
const scored = sentence('score-root')
const slowed = sentence('interference-cpu', { victim: 'a', waited: 50, culprit: 'b', used: 90 })
const calmed = sentence('calm-cpu', { name: 'b', cores: 0.5 })
const label = sentence('node-agent')
const filtered = sentence('edge-engine-filtered')
const score = { value: 0, parts: [{ points: 0, of: 4, sentence: scored.message, wording: wordingOf(scored) }] }

const view: IsolationView = {
  at: '2026-01-01T00:00:00.000Z',
  sandboxes: [
    {
      ...{
        id: 'aaaa0000bbbb',
        name: 'a',
        class: 'container',
        state: 'running',
        observedAt: '2026-01-01T00:00:00.000Z',
      },
      facts: [
        {
          ...{ topic: 'lsm', weaker: false, name: 'Label', nameWording: { reason: 'fact-label' } },
          ...{ value: none.message, valueWording: wordingOf(none), source: 'record' },
          sourceWording: { reason: 'source-record' },
        },
        { topic: 'mounts', name: '/srv', value: 'Of tomorrow.', source: '/proc', weaker: false },
      ],
      score,
    },
  ],
  nodes: [
    {
      ...{ id: 'agent', kind: 'agent', class: null, sandbox: null },
      ...{ label: label.message, labelWording: wordingOf(label) },
      details: [
        { name: 'Limits', nameWording: { reason: 'detail-limits' }, value: 'none', valueWording: wordingOf(none) },
        { name: 'Release', value: '6.18' },
      ],
    },
  ],
  edges: [
    {
      ...{ id: 'agent>kernel>host-kernel', from: 'agent', to: 'host-kernel', what: 'kernel', strength: 'filtered' },
      ...{ sentence: filtered.message, wording: wordingOf(filtered), carries: true, cut: null },
    },
  ],
  score,
  pressures: [],
  interference: [
    {
      ...{ victim: 'aaaa0000bbbb', culprit: 'bbbb0000aaaa', resource: 'cpu', strength: 0.5 },
      ...{ sentence: slowed.message, wording: wordingOf(slowed) },
      suggestion: {
        ...{ ref: 'b', cpus: 0.5, memoryBytes: null },
        ...{ sentence: calmed.message, wording: wordingOf(calmed) },
      },
    },
  ],
}

test('every text of a view that has a wording is said in the language', () => {
  const { sandboxes, nodes, edges, score: whole, interference } = sayView(view, pseudoLanguage)
  const [sandbox] = sandboxes

  expect(sandbox?.facts[0]).toMatchObject({
    ...{ name: '[fact-label: Security label]', value: '[value-none: none]', source: '[source-record: record]' },
  })
  expect([sandbox?.score, whole].map((each) => each?.parts[0]?.sentence)).toEqual(
    Array.from({ length: 2 }, () => `[score-root: ${scored.message}]`),
  )
  expect(nodes[0]?.label).toBe(`[node-agent: ${label.message}]`)
  expect(nodes[0]?.details[0]).toMatchObject({ name: '[detail-limits: Limits]', value: '[value-none: none]' })
  expect(edges[0]?.sentence).toBe(`[edge-engine-filtered: ${filtered.message}]`)
  expect(interference[0]?.sentence).toBe(`[interference-cpu: ${slowed.message}]`)
  expect(interference[0]?.suggestion?.sentence).toBe(`[calm-cpu: ${calmed.message}]`)
})

test('texts without a wording stay as they came: names, paths, and all of an earlier agent', () => {
  const { sandboxes, nodes } = sayView(view, pseudoLanguage)

  expect(sandboxes[0]?.facts[1]).toEqual(view.sandboxes[0]?.facts[1])
  expect(nodes[0]?.details[1]).toEqual({ name: 'Release', value: '6.18' })
})

test('a view without interference that anything would calm has none afterwards', () => {
  const [each] = view.interference
  const alone = each ? [{ ...each, suggestion: null }] : []

  expect(sayView({ ...view, interference: alone }, pseudoLanguage).interference[0]?.suggestion).toBeNull()
})

test('the change that would help most is said in the language, with the change and the nodes in it', () => {
  const change = sentence('cut-to-no-network', { name: 'a', network: 'web' })
  const nodes = sentence('nodes-two', { first: label, second: sentence('cut-host-kernel') })
  const said = sentence('cut-removes', { change, nodes })
  const cut = { kind: 'leaveNetwork', ref: 'a', network: 'web' } as const
  const blast: BlastRadius = {
    ...{ from: 'agent', reached: [] },
    cut: { cut, sentence: said.message, wording: wordingOf(said), removes: [] },
  }

  expect(said.message).toBe(
    'Take a off the network web: this takes Joey\u2019s agent, this machine\u2019s kernel out of reach.',
  )
  expect(sayBlast(blast, pseudoLanguage).cut?.sentence).toBe(
    '[cut-removes: [cut-to-no-network: Take a off the network web]: this takes ' +
      '[nodes-two: [node-agent: Joey\u2019s agent], [cut-host-kernel: this machine\u2019s kernel]] out of reach.]',
  )
  expect(sayBlast({ ...blast, cut: null }, pseudoLanguage).cut).toBeNull()
})
