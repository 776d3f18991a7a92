import type { Cut } from '#contract/isolation'
import { portText } from '#contract/port-text'
import { sentence } from '#contract/sentence'
import { edge, node, raw, type WordedEdge, type WordedNode } from '../describe/text.ts'
import type { Observed } from '../facts/observed.ts'
import { type Drawn, sandboxNodeId } from './parts.ts'

const outside = 'outside'
const local = 'outside:this-machine'

/** Whom a sandbox can speak to, and who can speak to it. */
export function drawNetworks(all: readonly Observed[]): Drawn {
  const nodes = new Map<string, WordedNode>()
  const edges: WordedEdge[] = []
  const see = (it: WordedNode): string => {
    if (!nodes.has(it.id)) nodes.set(it.id, it)
    return it.id
  }
  const seeLocal = () => see(node({ id: local, kind: 'outside', label: sentence('node-programs') }))
  for (const observed of all) {
    const { mode, shared, inside, ports } = observed.network
    if (mode !== 'none' && !inside)
      edges.push(outEdge(observed, see(node({ id: outside, kind: 'outside', label: sentence('node-other-networks') }))))
    if (mode === 'host') edges.push(hostEdge(observed, seeLocal()))
    for (const name of shared) edges.push(...sharedEdges(observed, see(networkNode(name)), name))
    for (const port of ports) {
      const name = portText(port.hostPort, port.protocol)
      const id = see(node({ id: `port:${name}`, kind: 'port', label: raw(`127.0.0.1:${name}`) }))
      edges.push(...portEdges(observed, seeLocal(), id, port))
    }
  }
  const unique = new Map(edges.map((it) => [it.id, it]))
  return { nodes: [...nodes.values()], edges: [...unique.values()] }
}

function networkNode(name: string): WordedNode {
  return node({ id: `network:${name}`, kind: 'network', label: sentence('node-network', { name }) })
}

function outEdge({ watched, network }: Observed, to: string): WordedEdge {
  const reaches = network.mode === 'host' ? sentence('edge-out-of-host') : sentence('edge-out')
  const from = sandboxNodeId(watched.id)
  return edge({ from, to, what: 'network', strength: 'reachable', sentence: reaches, cut: null })
}

function hostEdge({ watched }: Observed, to: string): WordedEdge {
  return edge({
    from: sandboxNodeId(watched.id),
    to,
    what: 'network',
    strength: 'shared',
    sentence: sentence('edge-host-network'),
    cut: { kind: 'dropGrant', ref: watched.name, grant: 'host-network' },
  })
}

function sharedEdges({ watched }: Observed, network: string, name: string): WordedEdge[] {
  const box = sandboxNodeId(watched.id)
  const cut: Cut = { kind: 'leaveNetwork', ref: watched.name, network: name }
  const join = { what: 'network', strength: 'reachable', cut } as const
  return [
    edge({ ...join, from: box, to: network, sentence: sentence('edge-to-network', { network: name }) }),
    edge({ ...join, from: network, to: box, sentence: sentence('edge-from-network', { network: name }) }),
  ]
}

function portEdges(
  { watched }: Observed,
  from: string,
  port: string,
  { hostPort, guestPort, protocol, inKernel }: Observed['network']['ports'][number],
): WordedEdge[] {
  const cut: Cut = { kind: 'unpublish', ref: watched.name, hostPort, ...(protocol && { protocol }) }
  const open = { what: 'port', strength: 'reachable' } as const
  const toPort = sentence('edge-to-port', { port: hostPort })
  const toBox = sentence('edge-from-port', { hostPort, guestPort, filter: inKernel ? 'there' : 'missing' })
  return [
    edge({ ...open, from, to: port, sentence: toPort, cut: null, carries: inKernel }),
    edge({ ...open, from: port, to: sandboxNodeId(watched.id), sentence: toBox, cut, carries: inKernel }),
  ]
}
