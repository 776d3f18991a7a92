import { formatPatch, structuredPatch } from 'diff'
import { AppError } from '#contract/app-error'
import { type Sentence, sentence, type Wording, wordingOf } from '#contract/sentence'
import type { TreeView } from '../../storage/layers/tree-view.ts'
import type { TreePair } from '../../storage/trees/tree-pair.ts'
import { noSuch, showPath } from '../../storage/trees/tree-view.ts'

interface TextDiff {
  readonly diff: string | null
  readonly why: string | null
  readonly whyWording?: Wording
}

const mostMebibytes = 1
const mostBytes = mostMebibytes * 2 ** 20
const usualPatienceMs = 3_000
const whyNot = (why: Sentence): TextDiff => ({ diff: null, why: why.message, whyWording: wordingOf(why) })

/** The difference of one text file. What is missing on one side counts as empty. */
export async function compareTextOf(pair: TreePair, path: string, patienceMs = usualPatienceMs): Promise<TextDiff> {
  const sides = await Promise.all([readSide(pair.before, path), readSide(pair.after, path)])
  const [before, after] = sides
  if (before === null && after === null) throw noSuch('file', path)
  const refused = sides.find((side) => side !== null && 'why' in side)
  if (refused && 'why' in refused) return whyNot(refused.why)
  const textOf = (side: Side | null) => (side !== null && 'text' in side ? side.text : '')
  const nameOf = (side: Side | null, prefix: string) => (side === null ? '/dev/null' : prefix + showPath(path))
  const names = [nameOf(before, 'a'), nameOf(after, 'b')] as const
  const patch = await makePatch(names, [textOf(before), textOf(after)], patienceMs)
  if (patch === null) return whyNot(sentence('text-too-different'))
  return { diff: patch, why: null }
}

type Side = { readonly text: string } | { readonly why: Sentence }

async function readSide(view: TreeView, path: string): Promise<Side | null> {
  const node = await view.stat(path)
  if (node === null) return null
  if (node.kind !== 'file') return { why: sentence('text-no-file') }
  if (node.size > mostBytes) return { why: sentence('text-too-large', { mebibytes: mostMebibytes }) }
  const bytes = await readAll(view, path)
  if (bytes === null) return null
  if (bytes.includes(0)) return { why: sentence('text-is-binary') }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { why: sentence('text-not-utf8') }
  }
}

async function readAll(view: TreeView, path: string): Promise<Buffer | null> {
  try {
    const file = await view.open(path)
    try {
      return await file.read(0, mostBytes)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof AppError && error.wire.code === 'notFound') return null
    throw error
  }
}

/** In small steps, so that others have their turn. Null where it takes too long. */
function makePatch(
  names: readonly [string, string],
  texts: readonly [string, string],
  patienceMs: number,
): Promise<string | null> {
  return new Promise((resolve) => {
    structuredPatch(...names, ...texts, undefined, undefined, {
      context: 3,
      timeout: patienceMs,
      callback: (patch) => {
        if (patch === undefined) resolve(null)
        else resolve(patch.hunks.length === 0 ? '' : formatPatch(patch))
      },
    })
  })
}
