import type { IsolationEdge, IsolationNode, IsolationView } from '../../isolation.ts'
import type { IsolationClass, SandboxId } from '../../sandbox.ts'

export function makeId(number: number): SandboxId {
  return number.toString(16).padStart(12, '0') as SandboxId
}

export function makeNode(id: string, kind: IsolationNode['kind'], more: Partial<IsolationNode> = {}): IsolationNode {
  return { id, kind, label: id, class: null, sandbox: null, details: [], ...more }
}

export function makeSandboxNode(number: number, isolationClass: IsolationClass = 'container'): IsolationNode {
  const sandbox = makeId(number)
  return makeNode(`sandbox:${sandbox}`, 'sandbox', { class: isolationClass, sandbox, label: `box-${number}` })
}

export function makeEdge(from: string, to: string, more: Partial<IsolationEdge> = {}): IsolationEdge {
  const what = more.what ?? 'kernel'
  const sentence = `${from} acts upon ${to}.`
  return {
    id: `${from}>${what}>${to}`,
    from,
    to,
    what,
    strength: 'shared',
    sentence,
    carries: true,
    cut: null,
    ...more,
  }
}

export function makeView(nodes: readonly IsolationNode[], edges: readonly IsolationEdge[] = []): IsolationView {
  return {
    at: '2026-01-01T00:00:00.000Z',
    sandboxes: [],
    nodes: [...nodes],
    edges: [...edges],
    score: { value: 100, parts: [] },
    pressures: [],
    interference: [],
  }
}

/** Sandboxes 1 to `count` that all stand on the host's kernel. */
export function makeViewOf(count: number): IsolationView {
  const sandboxes = Array.from({ length: count }, (_, index) => makeSandboxNode(index + 1))
  const kernel = makeNode('host-kernel', 'hostKernel')
  return makeView(
    [kernel, ...sandboxes],
    sandboxes.map(({ id }) => makeEdge(id, kernel.id)),
  )
}
