import type { TreeFile } from '../storage/layers/tree-view.ts'

const readBytes = 256 * 1024

/** An open file, of a tree or of this machine. */
export type ContentFile = Pick<TreeFile, 'read' | 'parts'> & { readonly node: { readonly size: number } }

/** Its bytes from the beginning, holes as their length. Ends earlier where the file has become shorter. */
export async function* readContent(file: ContentFile): AsyncGenerator<Buffer | number> {
  let at = 0
  for (const { start, length } of await file.parts()) {
    if (start > at) yield start - at
    at = start
    for (const end = start + length; at < end; ) {
      const bytes = await file.read(at, Math.min(readBytes, end - at))
      if (bytes.length === 0) return
      at += bytes.length
      yield bytes
    }
  }
  if (file.node.size > at) yield file.node.size - at
}
