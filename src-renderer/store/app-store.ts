import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { readApp } from '#contract/app'
import { call } from '../call.ts'

/** What the window runs on: the Electron that Joey is made for, or an older one. */
export type Electron =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'right' }
  | { readonly kind: 'older'; readonly version: string }

export const appStore = createStore<{ readonly electron: Electron }>(() => ({ electron: { kind: 'unknown' } }))

export function useElectron(): Electron {
  return useStore(appStore, ({ electron }) => electron)
}

/** Reads what the window runs on. It does not change while it runs. */
export async function loadApp(): Promise<void> {
  const { electron: version, isOlderElectron } = await call(readApp, {})
  appStore.setState({ electron: isOlderElectron ? { kind: 'older', version } : { kind: 'right' } })
}
