import type { IsolationEdge, IsolationNode } from '#contract/isolation'
import { describeLimits } from '../../../isolation/describe/words.ts'
import type { Observed, ObservedHost } from '../facts/observed.ts'
import { drawFiles } from './file-edges.ts'
import { drawKernel } from './kernel-edges.ts'
import { drawNetworks } from './network-edges.ts'
import { edge, node, sandboxNodeId } from './parts.ts'

export interface Graph {
  readonly nodes: IsolationNode[]
  readonly edges: IsolationEdge[]
}

interface Ground {
  readonly host: ObservedHost
  /** Where the agent listens, as paths on the host. */
  readonly agentSockets: readonly string[]
  /** The agent runs as root. */
  readonly isPrivileged: boolean
}

/** What is shared between the sandboxes and this machine. Pure: the same observations give the same graph. */
export function buildGraph(all: readonly Observed[], ground: Ground): Graph {
  const pieces = [...all.map(drawKernel), drawFiles(all, ground.agentSockets), drawNetworks(all)]
  return {
    nodes: [...groundNodes(ground), ...all.map(sandboxNode), ...pieces.flatMap(({ nodes }) => nodes)],
    edges: [
      ...groundEdges(ground),
      ...all.flatMap((observed) => [controlEdge(observed), ...limitEdges(observed)]),
      ...pieces.flatMap(({ edges }) => edges),
    ],
  }
}

function groundNodes({ host }: Ground): IsolationNode[] {
  return [
    node({
      id: 'host-kernel',
      kind: 'hostKernel',
      label: 'This machine\u2019s kernel',
      details: [
        { name: 'Release', value: host.kernelRelease },
        { name: 'Security modules', value: host.lsm ?? 'not told' },
      ],
    }),
    node({ id: 'agent', kind: 'agent', label: 'Joey\u2019s agent' }),
  ]
}

function groundEdges({ isPrivileged }: Ground): IsolationEdge[] {
  const owner = 'Who controls the kernel controls every process of this machine, the agent too.'
  const root = isPrivileged ? 'The agent runs as root.' : 'The agent runs as its user, with all that this user may do.'
  return [
    edge({ from: 'host-kernel', to: 'agent', what: 'control', strength: 'total', sentence: owner, cut: null }),
    edge({
      from: 'agent',
      to: 'host-kernel',
      what: 'control',
      strength: isPrivileged ? 'total' : 'shared',
      sentence: root,
      cut: null,
    }),
  ]
}

function sandboxNode(observed: Observed): IsolationNode {
  const { watched, front, limits } = observed
  return node({
    id: sandboxNodeId(watched.id),
    kind: 'sandbox',
    label: watched.name,
    class: watched.class,
    sandbox: watched.id,
    details: [
      { name: 'Process', value: String(front.pid) },
      { name: 'Limits', value: describeLimits(limits) },
    ],
  })
}

function controlEdge({ watched }: Observed): IsolationEdge {
  const sentence = 'The agent starts it, enters it, reads its disk and ends it.'
  const to = sandboxNodeId(watched.id)
  return edge({ from: 'agent', to, what: 'control', strength: 'total', sentence, cut: null })
}

const unbound = {
  memory: 'Its memory is bound only by this machine: it can starve everything else.',
  cpu: 'Its processor time is bound only by this machine: it can slow everything else down.',
  pids: 'Nothing bounds the number of its processes.',
} as const

function limitEdges({ watched, limits }: Observed): IsolationEdge[] {
  const absent = { memory: limits.memoryBytes === null, cpu: limits.cpus === null, pids: limits.pids === null }
  return (['memory', 'cpu', 'pids'] as const)
    .filter((what) => absent[what])
    .map((what) =>
      edge({
        from: sandboxNodeId(watched.id),
        to: 'host-kernel',
        what,
        strength: 'shared',
        sentence: unbound[what],
        carries: false,
        cut: { kind: 'setLimit', ref: watched.name, limit: what },
      }),
    )
}
