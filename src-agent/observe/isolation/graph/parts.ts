import type { Cut, IsolationEdge, IsolationNode } from '#contract/isolation'
import type { Grant } from '#contract/sandbox'

/** A piece of the graph. */
export interface Drawn {
  readonly nodes: readonly IsolationNode[]
  readonly edges: readonly IsolationEdge[]
}

export function sandboxNodeId(id: string): string {
  return `sandbox:${id}`
}

/** An id with a host's path in it, as it was made safe to show. */
export function pathNodeId(kind: 'mount' | 'socket' | 'device', path: string): string {
  return `${kind}:${path}`
}

type NodeParts = Pick<IsolationNode, 'id' | 'kind' | 'label'> & Partial<IsolationNode>

export function node(parts: NodeParts): IsolationNode {
  return { class: null, sandbox: null, details: [], ...parts }
}

interface EdgeParts extends Omit<IsolationEdge, 'id' | 'carries'> {
  /** Tells several edges of one kind between the same two apart. */
  readonly key?: string
  /** False for an edge that only tells of a resource. */
  readonly carries?: boolean
}

/**
 * A `bounded` edge never carries: it says that a wall stands there, which who has taken one side must first break.
 */
export function edge({ key, carries = true, ...parts }: EdgeParts): IsolationEdge {
  const id = `${parts.from}>${parts.what}>${parts.to}${key === undefined ? '' : `#${key}`}`
  return { id, ...parts, carries: carries && parts.strength !== 'bounded' }
}

/** As `--grant` takes it. */
export function formatGrant(grant: Grant): string {
  switch (grant.kind) {
    case 'host-path':
      return `host-path:${grant.path}:${grant.access}`
    case 'cap':
      return `cap:${grant.name}`
    case 'device':
      return `device:${grant.path}`
    case 'host-network':
    case 'no-seccomp':
      return grant.kind
  }
}

export function dropGrant(ref: string, grant: Grant): Cut {
  return { kind: 'dropGrant', ref, grant: formatGrant(grant) }
}
