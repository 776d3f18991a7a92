import type { Cut } from '#contract/isolation'
import type { Grant } from '#contract/sandbox'
import type { WordedEdge, WordedNode } from '../describe/text.ts'

/** A piece of the graph. */
export interface Drawn {
  readonly nodes: readonly WordedNode[]
  readonly edges: readonly WordedEdge[]
}

export function sandboxNodeId(id: string): string {
  return `sandbox:${id}`
}

/** An id with a host's path in it, as it was made safe to show. */
export function pathNodeId(kind: 'mount' | 'socket' | 'device', path: string): string {
  return `${kind}:${path}`
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
    case 'new-privileges':
      return grant.kind
  }
}

export function dropGrant(ref: string, grant: Grant): Cut {
  return { kind: 'dropGrant', ref, grant: formatGrant(grant) }
}
