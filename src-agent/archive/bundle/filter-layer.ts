import { readEntries } from '../../storage/tar/read-entries.ts'
import { bodyOf, endOfTar, headOf } from '../../storage/tar/write-entry.ts'

/** A layer without some of its files, under any of their names; everything else is as it was. */
export async function* withoutFiles(
  source: AsyncIterable<Buffer>,
  drop: ReadonlySet<string>,
  onDropped: () => void,
): AsyncGenerator<Buffer> {
  if (drop.size === 0) {
    yield* source
    return
  }
  for await (const { entry, content } of readEntries(source)) {
    if (drop.has(entry.path) || (entry.type === '1' && drop.has(entry.link))) {
      onDropped()
      continue
    }
    yield headOf(entry, { sparse: true })
    yield* bodyOf(entry, content, { sparse: true })
  }
  yield endOfTar
}
