import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { TabKey } from '../../store/dock-layout.ts'

interface DialogState {
  /** The tab that is being renamed. */
  readonly renaming: TabKey | null
  /** A terminal is being chosen. */
  readonly choosing: boolean
}

const dialogStore = createStore<DialogState>(() => ({ renaming: null, choosing: false }))

/** Which dialog of the dock is open. */
export function useDockDialogs(): DialogState {
  return useStore(dialogStore)
}

export const openRename = (renaming: TabKey): void => dialogStore.setState({ renaming })
export const openNewDialog = (): void => dialogStore.setState({ choosing: true })
export const closeDockDialogs = (): void => dialogStore.setState({ renaming: null, choosing: false })
