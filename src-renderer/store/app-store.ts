import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { readApp } from '#contract/app'
import { call } from '../call.ts'

/** What the window runs on: the Electron that Joey is made for, or an older one. */
export type Electron =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'right' }
  | { readonly kind: 'older'; readonly version: string }

/** Whom the window runs as, and whether Chromium confines its page. */
export interface WindowProcess {
  readonly uid: number
  readonly isConfined: boolean
}

interface AppState {
  readonly electron: Electron
  readonly process: WindowProcess | null
  /** How the command line is started from a shell. */
  readonly command: string
}

export const appStore = createStore<AppState>(() => ({ electron: { kind: 'unknown' }, process: null, command: 'joey' }))

export function useCommandLine(): string {
  return useStore(appStore, ({ command }) => command)
}

export function useElectron(): Electron {
  return useStore(appStore, ({ electron }) => electron)
}

export function useWindowProcess(): WindowProcess | null {
  return useStore(appStore, ({ process }) => process)
}

/** Reads what the window runs on. It does not change while it runs. */
export async function loadApp(): Promise<void> {
  const { electron: version, isOlderElectron, uid, isConfined, command } = await call(readApp, {})
  const electron: Electron = isOlderElectron ? { kind: 'older', version } : { kind: 'right' }
  appStore.setState({ electron, process: { uid, isConfined }, command })
}
