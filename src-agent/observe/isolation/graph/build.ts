import type { IsolationEdge, IsolationNode } from '#contract/isolation'
import { sentence } from '#contract/sentence'
import { edge, node, raw, type WordedEdge, type WordedNode } from '../describe/text.ts'
import { describeLimits } from '../describe/words.ts'
import type { Observed, ObservedHost } from '../facts/observed.ts'
import { drawFiles } from './file-edges.ts'
import { drawKernel } from './kernel-edges.ts'
import { drawNetworks } from './network-edges.ts'
import { type Drawn, sandboxNodeId } from './parts.ts'

export interface Graph {
  readonly nodes: IsolationNode[]
  readonly edges: IsolationEdge[]
}

interface HostView {
  readonly host: ObservedHost
  /** Where the agent listens, as paths on the host. */
  readonly agentSockets: readonly string[]
  /** The agent runs as root. */
  readonly isPrivileged: boolean
}

/** What is shared between the sandboxes and this machine. Pure: the same observations give the same graph. */
export function buildGraph(all: readonly Observed[], hostView: HostView): Graph {
  const pieces: readonly Drawn[] = [...all.map(drawKernel), drawFiles(all, hostView.agentSockets), drawNetworks(all)]
  return {
    nodes: [...hostNodes(hostView), ...all.map(sandboxNode), ...pieces.flatMap(({ nodes }) => nodes)],
    edges: [
      ...hostEdges(hostView),
      ...all.flatMap((observed) => [controlEdge(observed), ...limitEdges(observed)]),
      ...pieces.flatMap(({ edges }) => edges),
    ],
  }
}

function hostNodes({ host }: HostView): WordedNode[] {
  return [
    node({
      id: 'host-kernel',
      kind: 'hostKernel',
      label: sentence('node-host-kernel'),
      details: [
        [sentence('detail-release'), raw(host.kernelRelease)],
        [sentence('detail-security-modules'), host.lsm === null ? sentence('value-unknown') : raw(host.lsm)],
      ],
    }),
    node({ id: 'agent', kind: 'agent', label: sentence('node-agent') }),
  ]
}

function hostEdges({ isPrivileged }: HostView): WordedEdge[] {
  const owner = sentence('edge-kernel-controls-agent')
  const root = sentence(isPrivileged ? 'edge-agent-is-root' : 'edge-agent-is-user')
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

function sandboxNode(observed: Observed): WordedNode {
  const { watched, engineProcess, limits } = observed
  return node({
    id: sandboxNodeId(watched.id),
    kind: 'sandbox',
    label: raw(watched.name),
    class: watched.class,
    sandbox: watched.id,
    details: [
      [sentence('detail-process'), raw(String(engineProcess.pid))],
      [sentence('detail-limits'), describeLimits(limits)],
    ],
  })
}

function controlEdge({ watched }: Observed): WordedEdge {
  const controls = sentence('edge-agent-controls')
  const to = sandboxNodeId(watched.id)
  return edge({ from: 'agent', to, what: 'control', strength: 'total', sentence: controls, cut: null })
}

const unbound = {
  memory: 'edge-memory-unbound',
  cpu: 'edge-cpu-unbound',
  pids: 'edge-pids-unbound',
} as const

function limitEdges({ watched, limits }: Observed): WordedEdge[] {
  const absent = { memory: limits.memoryBytes === null, cpu: limits.cpus === null, pids: limits.pids === null }
  return (['memory', 'cpu', 'pids'] as const)
    .filter((what) => absent[what])
    .map((what) =>
      edge({
        from: sandboxNodeId(watched.id),
        to: 'host-kernel',
        what,
        strength: 'shared',
        sentence: sentence(unbound[what]),
        carries: false,
        cut: { kind: 'setLimit', ref: watched.name, limit: what },
      }),
    )
}
