import type { FileChange, FileFacts } from '#contract/compare'

export type ChangeFilter = 'all' | FileChange['change']

/** Those whose path holds the text, in any case, and that are of the kind. */
export function filterChanges(
  changes: readonly FileChange[],
  filter: { readonly text: string; readonly kind: ChangeFilter },
): readonly FileChange[] {
  const text = filter.text.trim().toLowerCase()
  if (text === '' && filter.kind === 'all') return changes
  return changes.filter(
    ({ path, change }) =>
      (filter.kind === 'all' || change === filter.kind) && (text === '' || path.toLowerCase().includes(text)),
  )
}

/** By how much a file grew or shrank; null where that says nothing. */
export function growth({ before, after }: Pick<FileChange, 'before' | 'after'>): number | null {
  const size = (facts: FileFacts | null): number => (facts?.kind === 'file' ? facts.size : 0)
  if (before?.kind !== 'file' && after?.kind !== 'file') return null
  return size(after) - size(before)
}

/** Whether there may be text to compare: a file on either side, whose content differs or is new or gone. */
export function hasContent({ change, before, after, what }: FileChange): boolean {
  if (before?.kind !== 'file' && after?.kind !== 'file') return false
  return change !== 'changed' || what.includes('content')
}
