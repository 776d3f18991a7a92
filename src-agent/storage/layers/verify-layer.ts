import { AppError } from '#contract/app-error'
import { toPathText } from '#contract/guest-path-text'
import { formatEntry, type IndexEntry, indexHead, parseEntry } from './layer-index.ts'
import { formsOf, type LayerPlaces } from './layer-places.ts'
import { readSeal, readSealedIndex, type Seal } from './layer-seal.ts'
import type { LayerCheck, LayerId, LayerWork } from './layer-store.ts'
import { scanLayer } from './scan-layer.ts'

const mostProblems = 100

/** Reads everything that the seal speaks of again. */
export async function verifyLayer(places: LayerPlaces, id: LayerId, work: LayerWork): Promise<LayerCheck> {
  const forms = await formsOf(places)
  if (forms.length === 0) return bad('The layer is gone.')
  try {
    const seal = await readSeal(places, id)
    if (seal === null) return bad('The layer was never sealed, so there is nothing to compare it with.')
    const gone = seal.forms.filter((form) => !forms.includes(form))
    if (gone.length > 0) return bad(...gone.map((form) => `${nameOf(form)} is gone.`))
    return await compare(places, seal, await readSealedIndex(places, id, seal), work)
  } catch (error) {
    if (!(error instanceof AppError) || error.wire.reason !== 'damaged-layer') throw error
    return bad(toSentence(error.wire.detail ?? error.wire.message))
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
  const problems: string[] = []
  const note = (problem: string): void => {
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
    if (line === undefined) note(`${nameOf(entry.path)} was not there.`)
    else if (`${line}\n` !== now) for (const problem of describeDifference(parseEntry(line), entry)) note(problem)
  })
  for (const path of expected.keys()) note(`${nameOf(path)} is gone.`)
  return { ok: problems.length === 0, problems, bytes }
}

/** Lines by their path. */
function readLines(index: Buffer): Map<string, string> {
  const lines = index.toString('latin1').slice(indexHead.length).split('\n').slice(0, -1)
  return new Map(lines.map((line) => [parseEntry(line)?.path ?? line, line]))
}

const kindNames: Readonly<Record<IndexEntry['kind'], string>> = {
  f: 'file',
  d: 'folder',
  l: 'symbolic link',
  p: 'FIFO',
  s: 'socket',
  c: 'character device',
  b: 'block device',
}

/** Sentences on what differs between an entry as it was and as it is. */
export function describeDifference(was: IndexEntry | null, is: IndexEntry): string[] {
  const name = nameOf(is.path)
  if (was === null) return [`The index has no readable line for ${name}.`]
  if (was.kind !== is.kind) return [`${name} is a ${kindNames[is.kind]} and was a ${kindNames[was.kind]}.`]
  const found: string[] = []
  const tell = (differs: boolean, sentence: string): void => {
    if (differs) found.push(sentence)
  }
  const [nowMode, oldMode] = [is.mode, was.mode].map((mode) => mode.toString(8))
  tell(was.mode !== is.mode, `The mode of ${name} is ${nowMode} and was ${oldMode}.`)
  const owners = [is, was].map(({ uid, gid }) => `${uid}:${gid}`)
  tell(owners[0] !== owners[1], `The owner of ${name} is ${owners[0]} and was ${owners[1]}.`)
  tell(was.size !== is.size, `The size of ${name} is ${is.size} and was ${was.size}.`)
  tell(was.size === is.size && was.digest !== is.digest, `The content of ${name} has changed.`)
  tell(was.mtimeNs !== is.mtimeNs, `The time of ${name} has changed.`)
  tell(was.target !== is.target, `${name} leads elsewhere.`)
  tell(was.linkTo !== is.linkTo, `${name} has other hard links.`)
  tell(was.major !== is.major || was.minor !== is.minor, `${name} is another device.`)
  const attributes = [was, is].map((entry) => formatEntry({ ...entry, ...same }))
  tell(attributes[0] !== attributes[1], `The attributes of ${name} have changed.`)
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

/** As the guest sees it. */
function nameOf(path: string): string {
  if (path === 'disk.ext4') return 'The disk'
  return toPathText(Buffer.from(path === 'tree' ? '/' : path.slice('tree'.length), 'latin1'))
}

function bad(...problems: string[]): LayerCheck {
  return { ok: false, problems, bytes: 0 }
}

function toSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
