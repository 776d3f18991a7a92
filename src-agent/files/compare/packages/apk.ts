import { sentence } from '#contract/sentence'
import { startTurn } from '../../../base/async/yield-turn.ts'
import { fieldsOf, type PackageSink, packageUrl } from './package-sink.ts'
import type { TreeText } from './tree-text.ts'

const mostBytes = 32 * 2 ** 20
const places = ['lib/apk/db/installed', 'usr/lib/apk/db/installed']

/** Alpine's record: a letter for each field, an empty line after each package. */
export async function readApk(text: TreeText, sink: PackageSink): Promise<void> {
  for (const place of places) {
    const record = await text.read(place, mostBytes)
    if (record === null) {
      if (await text.has(place)) sink.note(sentence('packages-record-too-large', { manager: 'apk' }))
      continue
    }
    const turn = startTurn()
    for (const stanza of record.split('\n\n')) {
      if (turn.isOver()) await turn.yield()
      const field = fieldsOf(stanza)
      const [name, version] = [field('P'), field('V')]
      if (!name || !version) continue
      const purl = packageUrl(`apk/${sink.distribution ?? 'alpine'}`, name, version, field('A'))
      sink.add({ manager: 'apk', name, version, purl })
    }
  }
}
