import type { FileChange } from '#contract/compare'
import type { TreeNode } from '../../storage/layers/tree-view.ts'
import type { Attribute } from '../../storage/tar/attribute.ts'
import type { PairEntry, TreePair } from '../../storage/trees/tree-pair.ts'
import { hasSameContent } from './same-content.ts'

type ChangedPart = FileChange['what'][number]

/** Something that differs between two trees. */
export interface NodeChange {
  /** Latin1, from the root, which is ''. */
  readonly path: string
  readonly change: FileChange['change']
  readonly before: TreeNode | null
  readonly after: TreeNode | null
  readonly what: readonly ChangedPart[]
}

/** Whether what only one tree has is to be passed over, such as what an engine made to mount on. */
export type PassesOver = (path: string, node: TreeNode) => boolean

/**
 * What differs at a path and below it, parents first: each entry of a folder that was added or deleted, too. Times alone
 * are no difference.
 */
export async function* findChanges(
  pair: TreePair,
  path: string,
  signal: AbortSignal,
  passesOver: PassesOver = () => false,
): AsyncGenerator<NodeChange> {
  for await (const entry of pair.differing(path, signal)) {
    const { path: at, before, after } = entry
    if (before === null || after === null) {
      const change = before === null ? 'added' : 'deleted'
      const node = before ?? after
      if (node !== null && !passesOver(at, node)) yield { path: at, change, before, after, what: [] }
      continue
    }
    const what = await findDifferences(pair, entry, signal)
    if (what.length > 0) yield { path: at, change: 'changed', before, after, what }
  }
}

/** Of a name that both trees have. */
async function findDifferences(pair: TreePair, entry: PairEntry, signal: AbortSignal): Promise<ChangedPart[]> {
  const { before, after } = entry
  if (before === null || after === null) return []
  const found = compareFacts(before, after)
  const hasContent = before.kind === 'file' && after.kind === 'file'
  if (hasContent && !found.includes('content') && !(await hasSameContent(pair, entry, signal))) found.push('content')
  if (before.kind === after.kind && !(await hasSameAttributes(pair, entry))) found.push('attributes')
  return inOrder.filter((part) => found.includes(part))
}

const inOrder: readonly ChangedPart[] = ['kind', 'content', 'mode', 'owner', 'target', 'device', 'attributes']

/** What the facts of both show. The mode of a link means nothing. */
export function compareFacts(before: TreeNode, after: TreeNode): ChangedPart[] {
  const isSameKind = before.kind === after.kind
  const found: ChangedPart[] = []
  if (!isSameKind) found.push('kind')
  if (before.mode !== after.mode && after.kind !== 'link' && before.kind !== 'link') found.push('mode')
  if (before.uid !== after.uid || before.gid !== after.gid) found.push('owner')
  if (isSameKind && before.target !== after.target) found.push('target')
  if (isSameKind && (before.major !== after.major || before.minor !== after.minor)) found.push('device')
  if (isSameKind && after.kind === 'file' && before.size !== after.size) found.push('content')
  return found
}

async function hasSameAttributes(pair: TreePair, entry: PairEntry): Promise<boolean> {
  const [one, other] = await Promise.all([pair.attributes(entry, 'before'), pair.attributes(entry, 'after')])
  return one.length === other.length && one.every((attribute) => other.some((each) => isEqual(attribute, each)))
}

function isEqual(one: Attribute, other: Attribute): boolean {
  return one.name === other.name && one.value.equals(other.value)
}
