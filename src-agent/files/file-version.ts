import { createHash } from 'node:crypto'
import type { TreeFile } from '../storage/layers/tree-view.ts'

/** Larger files cannot be written as a whole by the contract, so their content need not be compared. */
const largestHashed = 1_500_000

/** Opaque. Another one where the content is another, or, for a large file, may be. */
export async function versionOf(file: TreeFile): Promise<string> {
  const { node } = file
  const hash = createHash('sha256').update(`${node.mtimeNs} ${node.size}\0`)
  if (node.size <= largestHashed) hash.update(await readUpTo(file, 0, largestHashed))
  else hash.update(node.identity)
  return hash.digest('hex').slice(0, 40)
}

/** What there is of a part of a file. */
export async function readUpTo(file: TreeFile, offset: number, length: number): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let left = length, at = offset; left > 0; ) {
    const part = await file.read(at, Math.min(left, 256 * 1024))
    if (part.length === 0) break
    parts.push(part)
    left -= part.length
    at += part.length
  }
  return Buffer.concat(parts)
}
