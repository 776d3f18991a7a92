import type { TreeFile } from '../../storage/layers/tree-view.ts'
import type { PairEntry, TreePair } from '../../storage/trees/tree-pair.ts'

const chunkBytes = 1024 * 1024
/** Beyond this it matters to pass over holes: a file of a terabyte may have nothing in it. */
const largeBytes = 64 * 1024 * 1024

type Range = readonly [start: number, end: number]

/** Whether a regular file has the same bytes in both trees. One that vanishes meanwhile does not. */
export async function hasSameContent(pair: TreePair, entry: PairEntry, signal: AbortSignal): Promise<boolean> {
  if (entry.before?.size === 0 && entry.after?.size === 0) return true
  const before = await pair.open(entry, 'before')
  try {
    const after = await pair.open(entry, 'after')
    try {
      return before !== null && after !== null && (await compare(before, after, signal))
    } finally {
      await after?.close()
    }
  } finally {
    await before?.close()
  }
}

async function compare(one: TreeFile, other: TreeFile, signal: AbortSignal): Promise<boolean> {
  const { size } = one.node
  if (size !== other.node.size) return false
  for (const [start, end] of size > largeBytes ? await partsOfEither(one, other) : [[0, size] as const]) {
    for (let at = start; at < end; at += chunkBytes) {
      signal.throwIfAborted()
      const length = Math.min(chunkBytes, end - at)
      const [mine, others] = await Promise.all([one.read(at, length), other.read(at, length)])
      if (!mine.equals(others)) return false
    }
  }
  return true
}

/** What is a hole in both is the same in both. */
async function partsOfEither(one: TreeFile, other: TreeFile): Promise<Range[]> {
  const parts = [...(await one.parts()), ...(await other.parts())].sort((a, b) => a.start - b.start)
  const found: [number, number][] = []
  for (const { start, length } of parts) {
    const last = found.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], start + length)
    else found.push([start, start + length])
  }
  return found
}
