import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Question } from '../components/confirm-dialog.tsx'

/** What is open in the window. Nothing here comes from the agent. */
interface UiState {
  readonly search: string
  readonly createOpen: boolean
  readonly paletteOpen: boolean
  readonly keysOpen: boolean
  readonly question: Question | null
}

export const uiStore = createStore<UiState>(() => ({
  search: '',
  createOpen: false,
  paletteOpen: false,
  keysOpen: false,
  question: null,
}))

export function useUi<Slice>(select: (state: UiState) => Slice): Slice {
  return useStore(uiStore, select)
}

export const openCreate = (): void => uiStore.setState({ createOpen: true, paletteOpen: false })
export const openKeys = (): void => uiStore.setState({ keysOpen: true, paletteOpen: false })
export const setSearch = (search: string): void => uiStore.setState({ search })
/** Asks before something is lost. A later question replaces an earlier one. */
export const ask = (question: Question): void => uiStore.setState({ question })
