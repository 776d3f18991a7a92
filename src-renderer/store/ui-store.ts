import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { IsolationClass } from '#contract/sandbox'
import type { Question } from '../components/confirm-dialog.tsx'
import type { StateFilter } from '../model/sandbox-abilities.ts'

/** The pages that have a search of their own. */
export type SearchedPage = 'sandboxes' | 'images' | 'volumes'

/** What of the list of sandboxes is shown, beside the search. */
export interface ListFilter {
  readonly state: StateFilter
  readonly class: IsolationClass | 'all'
}

export const everySandbox: ListFilter = { state: 'all', class: 'all' }

/** What is open in the window, and how its pages were left. Nothing here comes from the agent. */
interface UiState {
  readonly searches: Readonly<Record<SearchedPage, string>>
  readonly filter: ListFilter
  readonly createOpen: boolean
  readonly paletteOpen: boolean
  readonly keysOpen: boolean
  readonly question: Question | null
}

export const uiStore = createStore<UiState>(() => ({
  searches: { sandboxes: '', images: '', volumes: '' },
  filter: everySandbox,
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
export const setFilter = (filter: ListFilter): void => uiStore.setState({ filter })
export function setSearch(page: SearchedPage, text: string): void {
  uiStore.setState(({ searches }) => ({ searches: { ...searches, [page]: text } }))
}
/** Asks before something is lost. A later question replaces an earlier one. */
export const ask = (question: Question): void => uiStore.setState({ question })
