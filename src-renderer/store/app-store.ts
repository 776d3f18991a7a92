import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { readApp } from '#contract/app'
import { call } from '../call.ts'

interface AppModel {
  /** The version of an Electron that is older than the one Joey is made for; null on the right one, and while that is not known. */
  readonly olderElectron: string | null
}

export const appStore = createStore<AppModel>(() => ({ olderElectron: null }))

export function useOlderElectron(): string | null {
  return useStore(appStore, ({ olderElectron }) => olderElectron)
}

/** Reads what the window runs on. It does not change while it runs. */
export async function loadApp(): Promise<void> {
  const { electron, isOlderElectron } = await call(readApp, {})
  appStore.setState({ olderElectron: isOlderElectron ? electron : null })
}
