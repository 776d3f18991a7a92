import { AppError } from '#contract/app-error'
import { type Said, sentenceAt } from '#contract/reasons/define'
import { type Sentence, type SentenceValues, sentence } from '#contract/sentence'
import { entryNamed, formatEntry, type IndexEntry, indexHead, parseEntry } from './layer-index.ts'
import { formsOf, type LayerPlaces } from './layer-places.ts'
import { readSeal, readSealedIndex, type Seal } from './layer-seal.ts'
import type { LayerCheck, LayerId, LayerWork } from './layer-store.ts'
import { scanLayer } from './scan-layer.ts'

const mostProblems = 100

/** Reads everything that the seal speaks of again. */
export async function verifyLayer(places: LayerPlaces, id: LayerId, work: LayerWork): Promise<LayerCheck> {
  const forms = await formsOf(places)
  if (forms.length === 0) return bad(sentence('layer-gone'))
  try {
    const seal = await readSeal(places, id)
    if (seal === null) return bad(sentence('layer-not-sealed'))
    const gone = seal.forms.filter((form) => !forms.includes(form))
    if (gone.length > 0) return bad(...gone.map((form) => sentence('layer-entry-gone', entryNamed(form))))
    return await compare(places, seal, await readSealedIndex(places, id, seal), work)
  } catch (error) {
    if (!(error instanceof AppError) || error.wire.reason !== 'damaged-layer') throw error
    return bad(sentenceAt(error.wire.params ?? {}, 'why') ?? error.wire)
  }
}

async function compare(
  { folder }: LayerPlaces,
  seal: Seal,
  index: Buffer,
  { signal, onProgress }: LayerWork,
): Promise<LayerCheck> {
  const expected = readLines(index)
  const total = Math.max(1, seal.bytes)
  const problems: Sentence[] = []
  const note = (problem: Sentence): void => {
    if (problems.length < mostProblems) problems.push(problem)
  }
  let bytes = 0
  const onBytes = (read: number): void => {
    bytes += read
    onProgress?.(Math.min(1, bytes / total))
  }
  await scanLayer({ folder, forms: seal.forms, signal, onBytes }, (entry) => {
    const line = expected.get(entry.path)
    expected.delete(entry.path)
    const now = formatEntry(entry)
    if (line === undefined) note(sentence('layer-entry-new', entryNamed(entry.path)))
    else if (`${line}\n` !== now) for (const problem of describeDifference(parseEntry(line), entry)) note(problem)
  })
  for (const path of expected.keys()) note(sentence('layer-entry-gone', entryNamed(path)))
  return { ok: problems.length === 0, problems, bytes }
}

/** Lines by their path. */
function readLines(index: Buffer): Map<string, string> {
  const lines = index.toString('latin1').slice(indexHead.length).split('\n').slice(0, -1)
  return new Map(lines.map((line) => [parseEntry(line)?.path ?? line, line]))
}

const kindWords: Readonly<Record<IndexEntry['kind'], SentenceValues<'layer-entry-kind'>[0]['is']>> = {
  f: 'file',
  d: 'folder',
  l: 'link',
  p: 'fifo',
  s: 'socket',
  c: 'char',
  b: 'block',
}

/** Everything that differs between an entry as it was and as it is. */
export function describeDifference(was: IndexEntry | null, is: IndexEntry): Sentence[] {
  const named = entryNamed(is.path)
  if (was === null) return [sentence('layer-entry-not-listed', named)]
  if (was.kind !== is.kind) {
    return [sentence('layer-entry-kind', { ...named, is: kindWords[is.kind], was: kindWords[was.kind] })]
  }
  const found: Sentence[] = []
  const report = (differs: boolean, said: Sentence): void => {
    if (differs) found.push(said)
  }
  const [mode, oldMode] = [is, was].map((entry) => entry.mode.toString(8))
  report(mode !== oldMode, sentence('layer-entry-mode', { ...named, is: `${mode}`, was: `${oldMode}` }))
  const [owner, oldOwner] = [is, was].map(({ uid, gid }) => `${uid}:${gid}`)
  report(owner !== oldOwner, sentence('layer-entry-owner', { ...named, is: `${owner}`, was: `${oldOwner}` }))
  // A further name of a file has no content of its own in the index.
  const isSameName = was.linkTo === is.linkTo
  report(isSameName && was.size !== is.size, sentence('layer-entry-size', { ...named, is: is.size, was: was.size }))
  report(isSameName && was.size === is.size && was.digest !== is.digest, sentence('layer-entry-content', named))
  report(was.mtimeNs !== is.mtimeNs, sentence('layer-entry-time', named))
  report(was.target !== is.target, sentence('layer-entry-target', named))
  report(!isSameName, sentence('layer-entry-links', named))
  report(was.major !== is.major || was.minor !== is.minor, sentence('layer-entry-device', named))
  const attributes = [was, is].map((entry) => formatEntry({ ...entry, ...same }))
  report(attributes[0] !== attributes[1], sentence('layer-entry-attributes', named))
  return found
}

/** Everything but attributes, the same. */
const same = {
  kind: 'f',
  mode: 0,
  uid: 0,
  gid: 0,
  size: 0,
  mtimeNs: 0n,
  major: 0,
  minor: 0,
  target: '',
  linkTo: '',
  digest: '',
} as const

function bad(...problems: Said[]): LayerCheck {
  return { ok: false, problems, bytes: 0 }
}
