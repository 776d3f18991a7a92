import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { AppError } from '#contract/app-error'
import type { InterferenceSlot, IsolationView, Pressure } from '#contract/isolation'
import type { SandboxId } from '#contract/sandbox'

/** Two minutes at one view a second. */
const keptViews = 120

export interface IsolationState {
  /** What is observed: one sandbox, or null for all. */
  readonly scope: SandboxId | null
  readonly view: IsolationView | null
  /** Why no view comes. An older view stays beside it. */
  readonly error: AppError | null
  /** Pressure of each sandbox, oldest first. */
  readonly pressures: ReadonlyMap<SandboxId, readonly Pressure[]>
  /** Who disturbed whom over the last ten minutes, oldest first. */
  readonly slots: readonly InterferenceSlot[]
}

export const noIsolation: IsolationState = {
  scope: null,
  view: null,
  error: null,
  pressures: new Map(),
  slots: [],
}

/** Pure. A view that is not newer than the last one changes nothing. */
export function addView(state: IsolationState, view: IsolationView): IsolationState {
  if (state.view && state.view.at >= view.at) return { ...state, error: null }
  const pressures = new Map(
    view.pressures.map((pressure) => [
      pressure.id,
      [...(state.pressures.get(pressure.id) ?? []), pressure].slice(-keptViews),
    ]),
  )
  // A view without history means that it is as it was.
  return { ...state, view, error: null, pressures, slots: view.history ?? state.slots }
}

/** Written by `followIsolation` alone. */
export const isolationStore = createStore<IsolationState>(() => noIsolation)

export function useIsolation<Slice>(select: (state: IsolationState) => Slice): Slice {
  return useStore(isolationStore, select)
}
