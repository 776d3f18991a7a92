import { useMemo } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

/** A file that is being edited. It is kept until it is saved or given up, wherever the person goes meanwhile. */
export interface Draft {
  readonly tree: string
  readonly path: string
  readonly text: string
  /** What the file held, and which version of it that was, when the edit began. */
  readonly original: string
  readonly version: string
}

type Drafts = ReadonlyMap<string, Draft>

export const draftsStore = createStore<{ readonly drafts: Drafts }>(() => ({ drafts: new Map() }))

const keyOf = ({ tree, path }: Pick<Draft, 'tree' | 'path'>): string => `${tree} ${path}`

export function isUnsaved({ text, original }: Pick<Draft, 'text' | 'original'>): boolean {
  return text !== original
}

export function useDraft(place: Pick<Draft, 'tree' | 'path'>): Draft | undefined {
  return useStore(draftsStore, ({ drafts }) => drafts.get(keyOf(place)))
}

/** Those of one tree that would be lost, by path. */
export function useUnsavedOf(tree: string): readonly Draft[] {
  const drafts = useStore(draftsStore, (state) => state.drafts)
  return useMemo(() => [...drafts.values()].filter((draft) => draft.tree === tree && isUnsaved(draft)), [drafts, tree])
}

export function putDraft(draft: Draft): void {
  draftsStore.setState(({ drafts }) => ({ drafts: new Map(drafts).set(keyOf(draft), draft) }))
}

export function dropDraft(place: Pick<Draft, 'tree' | 'path'>): void {
  const gone = keyOf(place)
  draftsStore.setState(({ drafts }) => ({ drafts: new Map([...drafts].filter(([key]) => key !== gone)) }))
}

/** An editor that is left without a change was only looked at. */
export function dropDraftIfSame(place: Pick<Draft, 'tree' | 'path'>): void {
  const draft = draftsStore.getState().drafts.get(keyOf(place))
  if (draft && !isUnsaved(draft)) dropDraft(place)
}

/** Has the window asked before it closes over unsaved text. Returns its undo. */
export function guardUnsaved(): () => void {
  const onLeave = (event: BeforeUnloadEvent): void => {
    if ([...draftsStore.getState().drafts.values()].some(isUnsaved)) event.preventDefault()
  }
  window.addEventListener('beforeunload', onLeave)
  return () => window.removeEventListener('beforeunload', onLeave)
}
