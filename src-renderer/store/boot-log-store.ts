import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { AppError } from '#contract/app-error'
import { readBootLog } from '#contract/classes'
import type { SandboxId } from '#contract/sandbox'
import { call } from '../call.ts'

export type BootLogModel =
  | { readonly kind: 'loading' }
  | { readonly kind: 'error'; readonly error: AppError }
  | { readonly kind: 'ready'; readonly kernel: string | null; readonly text: string }

interface BootLogState {
  readonly id: SandboxId | null
  readonly log: BootLogModel
}

/** Of the one sandbox that is looked at. */
export const bootLogStore = createStore<BootLogState>(() => ({ id: null, log: { kind: 'loading' } }))

export function useBootLog(): BootLogModel {
  return useStore(bootLogStore, ({ log }) => log)
}

export async function loadBootLog(id: SandboxId): Promise<void> {
  bootLogStore.setState((state) => (state.id === id ? state : { id, log: { kind: 'loading' } }))
  const log = await call(readBootLog, { ref: id }).then(
    ({ kernel, text }): BootLogModel => ({ kind: 'ready', kernel, text }),
    (error: unknown): BootLogModel => ({ kind: 'error', error: AppError.from(error) }),
  )
  if (bootLogStore.getState().id === id) bootLogStore.setState({ log })
}
