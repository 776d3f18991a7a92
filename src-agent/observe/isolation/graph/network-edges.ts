import type { Cut, IsolationEdge, IsolationNode } from '#contract/isolation'
import type { Observed } from '../facts/observed.ts'
import { type Drawn, edge, node, sandboxNodeId } from './parts.ts'

const outside = 'outside'
const local = 'outside:this-machine'

/** Whom a sandbox can speak to, and who can speak to it. */
export function drawNetworks(all: readonly Observed[]): Drawn {
  const nodes = new Map<string, IsolationNode>()
  const edges: IsolationEdge[] = []
  const see = (it: IsolationNode): string => {
    if (!nodes.has(it.id)) nodes.set(it.id, it)
    return it.id
  }
  const seeLocal = () => see(node({ id: local, kind: 'outside', label: 'This machine’s programs' }))
  for (const observed of all) {
    const { mode, shared, ports } = observed.network
    if (mode !== 'none')
      edges.push(outEdge(observed, see(node({ id: outside, kind: 'outside', label: 'Other networks' }))))
    if (mode === 'host') edges.push(hostEdge(observed, seeLocal()))
    if (shared !== null) edges.push(...sharedEdges(observed, see(networkNode(shared)), shared))
    for (const port of ports) {
      const id = see(node({ id: `port:${port.hostPort}`, kind: 'port', label: `127.0.0.1:${port.hostPort}` }))
      edges.push(...portEdges(observed, seeLocal(), id, port))
    }
  }
  const unique = new Map(edges.map((it) => [it.id, it]))
  return { nodes: [...nodes.values()], edges: [...unique.values()] }
}

function networkNode(name: string): IsolationNode {
  return node({ id: `network:${name}`, kind: 'network', label: `Network ${name}` })
}

function outEdge({ watched, network }: Observed, to: string): IsolationEdge {
  const sentence =
    network.mode === 'host'
      ? 'It uses this machine\u2019s own network, with all that this machine reaches.'
      : 'It reaches other networks through this machine\u2019s address translation, and no service of this machine.'
  return edge({ from: sandboxNodeId(watched.id), to, what: 'network', strength: 'reachable', sentence, cut: null })
}

function hostEdge({ watched }: Observed, to: string): IsolationEdge {
  return edge({
    from: sandboxNodeId(watched.id),
    to,
    what: 'network',
    strength: 'shared',
    sentence:
      'It is in this machine\u2019s own network: it reaches every service that listens here, and can take their ports.',
    cut: { kind: 'dropGrant', ref: watched.name, grant: 'host-network' },
  })
}

function sharedEdges({ watched }: Observed, network: string, name: string): IsolationEdge[] {
  const box = sandboxNodeId(watched.id)
  const cut: Cut = { kind: 'leaveNetwork', ref: watched.name, network: name }
  const join = { what: 'network', strength: 'reachable', cut } as const
  return [
    edge({ ...join, from: box, to: network, sentence: `It reaches everyone on the network ${name}.` }),
    edge({ ...join, from: network, to: box, sentence: `Everyone on the network ${name} reaches it.` }),
  ]
}

function portEdges(
  { watched }: Observed,
  from: string,
  port: string,
  { hostPort, guestPort, inKernel }: Observed['network']['ports'][number],
): IsolationEdge[] {
  const cut: Cut = { kind: 'unpublish', ref: watched.name, hostPort }
  const told = inKernel ? '' : ' It is recorded, but the packet filter does not have it now.'
  const open = { what: 'port', strength: 'reachable' } as const
  const toPort = `Programs of this machine can connect to 127.0.0.1:${hostPort}.`
  const toBox = `Port ${hostPort} of this machine leads to its port ${guestPort}.${told}`
  return [
    edge({ ...open, from, to: port, sentence: toPort, cut: null, carries: inKernel }),
    edge({ ...open, from: port, to: sandboxNodeId(watched.id), sentence: toBox, cut, carries: inKernel }),
  ]
}
