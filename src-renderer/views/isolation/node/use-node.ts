import { useEffect, useState } from 'react'
import type { IsolationNode, IsolationView } from '#contract/isolation'
import { type BlastModel, loadBlast, pathsOf, useBlast } from '../../../store/blast-store.ts'
import type { Marked } from '../graph/graph.tsx'
import { markPaths } from './blast-paths.ts'

interface NodeChoice {
  readonly selected: string | null
  readonly node: IsolationNode | undefined
  readonly select: (id: string | null) => void
  readonly blast: BlastModel
  readonly target: string | null
  readonly setTarget: (node: string | null) => void
  readonly marked: Marked | null
}

/** The node that was chosen in a picture, what it reaches, and which of that is looked at. */
export function useNode(view: IsolationView | null): NodeChoice {
  const [selected, setSelected] = useState<string | null>(null)
  const [target, setTarget] = useState<string | null>(null)
  const blast = useBlast()
  const node = view?.nodes.find(({ id }) => id === selected)
  const id = node?.id ?? null
  const paths = view && id ? pathsOf(view) : ''
  useEffect(() => {
    void loadBlast(id)
    // Requested again when what the answer depends on changes.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [id, paths])
  const select = (next: string | null): void => {
    setSelected(next)
    setTarget(null)
  }
  return { selected: id, node, select, blast, target, setTarget, marked: id ? markPaths(blast, target) : null }
}
