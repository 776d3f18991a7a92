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
  readonly logs: ReadonlyMap<SandboxId, BootLogModel>
}

const loading: BootLogModel = { kind: 'loading' }

/** Of those that are or were looked at. */
export const bootLogStore = createStore<BootLogState>(() => ({ logs: new Map() }))

export function useBootLog(id: SandboxId): BootLogModel {
  return useStore(bootLogStore, ({ logs }) => logs.get(id) ?? loading)
}

export async function loadBootLog(id: SandboxId): Promise<void> {
  const log = await call(readBootLog, { ref: id }).then(
    ({ kernel, text }): BootLogModel => ({ kind: 'ready', kernel, text }),
    (error: unknown): BootLogModel => ({ kind: 'error', error: AppError.from(error) }),
  )
  bootLogStore.setState(({ logs }) => ({ logs: new Map(logs).set(id, log) }))
}
