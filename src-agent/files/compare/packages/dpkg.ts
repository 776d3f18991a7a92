import { sentence } from '#contract/sentence'
import { startTurn } from '../../../base/async/yield-turn.ts'
import { fieldsOf, type PackageSink, packageUrl } from './package-sink.ts'
import type { TreeText } from './tree-text.ts'

const mostStatus = 32 * 2 ** 20
const mostPart = 2 ** 20
const mostParts = 20_000

/** Debian's record, and its form in images that were put together without dpkg: a file for each package. */
export async function readDpkg(text: TreeText, sink: PackageSink): Promise<void> {
  const status = await text.read('var/lib/dpkg/status', mostStatus)
  if (status !== null) await addStanzas(status, sink)
  else if (await text.has('var/lib/dpkg/status')) sink.note(sentence('packages-record-too-large', { manager: 'dpkg' }))
  const parts = await text.list('var/lib/dpkg/status.d')
  for (const { path, node } of parts.slice(0, mostParts)) {
    if (node.kind !== 'file' || path.endsWith('.md5sums')) continue
    await addStanzas((await text.read(`var/lib/dpkg/status.d/${path}`, mostPart)) ?? '', sink)
  }
}

async function addStanzas(status: string, sink: PackageSink): Promise<void> {
  const turn = startTurn()
  for (const stanza of status.split('\n\n')) {
    if (turn.isOver()) await turn.yield()
    const field = fieldsOf(stanza)
    const [name, version, state] = [field('Package'), field('Version'), field('Status')]
    // Removed with its settings kept, or half unpacked.
    const isThere = state === undefined || /(^| )installed$/.test(state)
    if (!name || !version || !isThere) continue
    const purl = packageUrl(`deb/${sink.distribution ?? 'debian'}`, name, version, field('Architecture'))
    sink.add({ manager: 'dpkg', name, version, purl })
  }
}
