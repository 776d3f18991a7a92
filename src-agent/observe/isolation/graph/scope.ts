import type { Graph } from './build.ts'
import { sandboxNodeId } from './parts.ts'

/** Everything leads through these; behind them lies everything else. */
const crossroads: ReadonlySet<string> = new Set(['host-kernel', 'agent', 'outside', 'outside:this-machine'])

/** The part of the graph around one sandbox: its own engine, what it has, and whom it meets there. */
export function scopeGraph({ nodes, edges }: Graph, id: string): Graph {
  const start = sandboxNodeId(id)
  const near = new Set<string>([start])
  // Its engine and kernel are a chain of up to three; beyond what it has there are its users, and no more.
  let border = [start]
  for (let step = 0; step < 4 && border.length > 0; step += 1) {
    const open = new Set(border.filter((node) => node === start || (!crossroads.has(node) && !isOther(node, start))))
    border = []
    for (const { from, to } of edges) {
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const) {
        if (!open.has(one) || near.has(other)) continue
        near.add(other)
        border.push(other)
      }
    }
  }
  return {
    nodes: nodes.filter((node) => near.has(node.id)),
    // Of the others, only what they share with it.
    edges: edges.filter(
      ({ from, to }) => near.has(from) && near.has(to) && !(isOther(from, start) && crossroads.has(to)),
    ),
  }
}

function isOther(node: string, start: string): boolean {
  return node.startsWith('sandbox:') && node !== start
}
