import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { AppError } from '#contract/app-error'
import { type BlastRadius, type IsolationView, readBlastRadius } from '#contract/isolation'
import { call } from '../call.ts'
import { saidBlast } from '../copy/i18n.ts'

export type BlastModel =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'error'; readonly error: AppError }
  | { readonly kind: 'ready'; readonly radius: BlastRadius }

interface BlastState {
  readonly node: string | null
  readonly blast: BlastModel
}

export const blastStore = createStore<BlastState>(() => ({ node: null, blast: { kind: 'none' } }))

export function useBlast(): BlastModel {
  return useStore(blastStore, ({ blast }) => blast)
}

/** What the answer depends on: it is requested again only when this changes, not with each view. */
export function pathsOf({ edges }: Pick<IsolationView, 'edges'>): string {
  return edges
    .filter(({ carries }) => carries)
    .map(({ id, strength }) => `${id} ${strength}`)
    .sort()
    .join('\n')
}

/** Asks what a node reaches. The answer for the same node stays visible until the new one has come. */
export async function loadBlast(node: string | null): Promise<void> {
  if (node === null) return blastStore.setState({ node, blast: { kind: 'none' } })
  blastStore.setState((state) => (state.node === node ? state : { node, blast: { kind: 'loading' } }))
  const blast = await call(readBlastRadius, { node }).then(
    (radius): BlastModel => ({ kind: 'ready', radius: saidBlast(radius) }),
    (error: unknown): BlastModel => ({ kind: 'error', error: AppError.from(error) }),
  )
  if (blastStore.getState().node === node) blastStore.setState({ blast })
}
