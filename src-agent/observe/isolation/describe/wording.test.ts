import { expect, test } from 'vitest'
import { type Cut, IsolationFact } from '#contract/isolation'
import { sayText } from '#contract/language'
import { sentence, type Wording } from '#contract/sentence'
import { isolationCutSentences } from '#contract/sentences/isolation-cuts'
import {
  isolationFactSentences,
  isolationSourceSentences,
  isolationValueSentences,
} from '#contract/sentences/isolation-facts'
import { isolationEdgeSentences, isolationNodeSentences } from '#contract/sentences/isolation-graph'
import { pseudoLanguage } from '#contract/testing/pseudo-language'
import {
  host,
  makeGvisor,
  makeMicrovm,
  makeMount,
  makeObserved,
  makeProcess,
  makeWatched,
  withCapability,
} from '../../../testing/isolation/observations.ts'
import type { Observed } from '../facts/observed.ts'
import { findBlastRadius } from '../graph/blast.ts'
import { buildGraph, type Graph } from '../graph/build.ts'
import { describeFacts } from './facts.ts'
import { edge, node, raw } from './text.ts'

type Said = readonly [text: string, wording: Wording | undefined]

const agentSocket = '/run/joey/joeyd.sock'
const port = (inKernel: boolean) => ({ hostPort: inKernel ? 80 : 81, guestPort: 8080, inKernel })
const mounts = [
  makeMount('/srv/data', { writable: true }),
  makeMount('/srv/data', { target: '/data', seen: false }),
  makeMount('/etc', { writable: true, controls: true }),
  makeMount('/run/docker.sock', { kind: 'socket', controls: true }),
  makeMount(agentSocket, { kind: 'socket', seen: false }),
  makeMount('/dev/fuse', { kind: 'device', writable: true }),
]
const limits = { memoryBytes: 2 ** 26, cpus: 1.5, pids: 100, source: '/sys' }
const descriptors = { unixSockets: ['/run/a.sock'], files: ['/srv/image'], monitorSockets: ['/run/attach'] }
const none = { mode: 'none', interfaces: [], address: null, shared: [], inside: false, ports: [] } as const

/** One that is open in every way in which a sandbox of its class can be. */
function open(observed: Observed): Observed {
  const engineProcess = makeProcess({
    ...observed.engineProcess,
    ...{ program: null, noNewPrivileges: false, label: 'confined', seccomp: { mode: 0, filters: 0 } },
    ...{ mapsUsers: false, uid: 0, hostNamespaces: ['user', 'time', 'pid', 'net'] },
  })
  return withCapability(
    {
      ...observed,
      ...{ mounts, limits, descriptors, accelerated: true, engineProcess },
      watched: { ...observed.watched, monitorPid: 9 },
      monitor: makeProcess({ pid: 9, program: '/usr/bin/conmon' }),
      fileServers: [makeProcess({ pid: 10 })],
      devices: [
        { name: '/dev/kvm', access: 'rwm' },
        { name: 'every device', access: 'r' },
      ],
      network: {
        mode: 'host',
        interfaces: [],
        address: null,
        shared: ['web'],
        inside: false,
        ports: [port(true), port(false)],
      },
    },
    'SYS_ADMIN',
  )
}

/** One about which little is known. */
function quiet(observed: Observed): Observed {
  const namespaces = { namespaces: new Map(), hostNamespaces: [] }
  const engineProcess = { ...observed.engineProcess, seccomp: { mode: 1, filters: 0 }, ...namespaces }
  const unlimited = { memoryBytes: null, cpus: null, pids: null, source: '' }
  const monitor = makeProcess({ pid: 9 })
  return { ...observed, engineProcess, limits: unlimited, devices: null, network: none, monitor }
}

const usual = [makeObserved(1), makeGvisor(2), makeMicrovm(3)]
const all: readonly Observed[] = [
  ...usual,
  ...usual.map(open),
  ...usual.map(quiet),
  { ...open(makeGvisor(4)), mounts: [], watched: makeWatched(4, { class: 'gvisor' }) },
  { ...makeObserved(5), mounts: [makeMount('/srv', { kind: 'folder' })], devices: [{ name: 'c 1:1', access: 'r' }] },
  {
    ...makeGvisor(7),
    engineProcess: makeProcess({ seccomp: { mode: 0, filters: 0 }, mapsUsers: true }),
  },
  { ...makeGvisor(6), network: { ...none, mode: 'own' }, engineProcess: makeProcess({ mapsUsers: true }) },
]

/** With every class in it once, since nodes are told apart by the sandbox. */
const graphs: readonly Graph[] = [true, false].flatMap((isPrivileged) =>
  [usual, usual.map(open), usual.map(quiet), all.slice(9)].map((some) =>
    buildGraph(some, {
      host: { ...host, lsm: isPrivileged ? host.lsm : null },
      agentSockets: [agentSocket],
      isPrivileged,
    }),
  ),
)

function saidOfFacts(): Said[] {
  return all
    .flatMap((observed) => describeFacts(observed, host))
    .flatMap((fact): Said[] => {
      IsolationFact.parse(fact)
      return [
        [fact.name, fact.nameWording],
        [fact.value, fact.valueWording],
        [fact.source, fact.sourceWording],
      ]
    })
}

function saidOfGraphs(): Said[] {
  return graphs.flatMap(({ nodes, edges }) => [
    ...edges.map((it): Said => [it.sentence, it.wording]),
    ...nodes.flatMap(({ label, labelWording, details }): Said[] => [
      [label, labelWording],
      ...details.flatMap(({ name, nameWording, value, valueWording }): Said[] => [
        [name, nameWording],
        [value, valueWording],
      ]),
    ]),
  ])
}

const step = { what: 'network', sentence: sentence('edge-agent-controls'), cut: null } as const

/** A chain of so many others, which one change takes out of the reach of the first. */
function chain(cut: Cut, behind: number): Graph {
  const ids = Array.from({ length: behind }, (_, index) => `sandbox:${index}`)
  return {
    nodes: ['a', ...ids].map((id) => node({ id, kind: 'sandbox', label: raw(id) })),
    edges: ids.map((to, index) =>
      edge({ ...step, from: ids[index - 1] ?? 'a', to, strength: 'reachable', ...(index === 0 && { cut }) }),
    ),
  }
}

/** The kernel stays in reach, and with it what a change parts from the first otherwise. */
function besideKernel(kernelCut: Cut | null, networkCut: Cut | null): Graph {
  const [from, to, box] = ['a', 'host-kernel', 'sandbox:b']
  return {
    nodes: [from, box].map((id) => node({ id, kind: 'sandbox', label: raw(id) })),
    edges: [
      edge({ ...step, from, to, strength: 'total', cut: kernelCut }),
      edge({ ...step, key: 'other', from, to, strength: 'filtered' }),
      edge({ ...step, from, to: box, strength: 'reachable', cut: networkCut }),
      edge({ ...step, from: to, to: box, strength: 'total' }),
    ],
  }
}

const cuts: readonly Cut[] = [
  { kind: 'setClass', ref: 'a', class: 'gvisor' },
  { kind: 'dropGrant', ref: 'a', grant: 'host-network' },
  { kind: 'leaveNetwork', ref: 'a', network: 'web' },
  { kind: 'unpublish', ref: 'a', hostPort: 80 },
  { kind: 'makeReadOnly', ref: 'a', target: '/data' },
  { kind: 'setLimit', ref: 'a', limit: 'pids' },
]

function saidOfCuts(): Said[] {
  const drawn = graphs.flatMap((graph) => graph.nodes.map(({ id }) => findBlastRadius(id, graph)))
  const made = [
    ...cuts.map((cut, index) => chain(cut, 1 + index)),
    ...cuts.flatMap((cut) => [besideKernel(cut, null), besideKernel(null, cut)]),
  ]
  return [...drawn, ...made.map((graph) => findBlastRadius('a', graph))].flatMap(({ cut }): Said[] =>
    cut === null ? [] : [[cut.sentence, cut.wording]],
  )
}

/** Of a wording and of those inside of it. */
function reasonsIn({ reason, params = {} }: Wording): string[] {
  const inner = Object.entries(params).flatMap(([name, value]) => (name.endsWith('.reason') ? [String(value)] : []))
  return [reason, ...inner.filter((each) => each !== '')]
}

const tables: readonly (readonly [what: string, said: readonly Said[], reasons: readonly string[]])[] = [
  ['facts', saidOfFacts(), Object.keys({ ...isolationFactSentences, ...isolationSourceSentences })],
  ['nodes and edges', saidOfGraphs(), Object.keys({ ...isolationNodeSentences, ...isolationEdgeSentences })],
  ['facts and nodes', [...saidOfFacts(), ...saidOfGraphs()], Object.keys(isolationValueSentences)],
  ['cuts', saidOfCuts(), Object.keys(isolationCutSentences)],
]

test.each(tables)(
  '%s say the same by their wording, and in another language what stands in the table',
  (_what, said) => {
    for (const [text, wording] of said) {
      expect(sayText(text, wording, null)).toBe(text)
      if (wording) expect(sayText(text, wording, pseudoLanguage)).toMatch(`[${wording.reason}: `)
    }
  },
)

test.each(tables)('%s say each sentence of their tables', (_what, said, reasons) => {
  const used = new Set(said.flatMap(([, wording]) => (wording ? reasonsIn(wording) : [])))
  expect(reasons.filter((reason) => !used.has(reason))).toEqual([])
})

test('what has no wording is the same in every language: names, numbers and paths', () => {
  const plain = [...saidOfFacts(), ...saidOfGraphs()].flatMap(([text, wording]) => (wording ? [] : [text]))
  // Two words that stand beside each other and are no names of capabilities, files or programs are a phrase.
  expect(plain.filter((text) => /[a-z]{2,} [a-z]{2,} [a-z]{2,}/.test(text) && !text.startsWith('nft '))).toEqual([])
})
