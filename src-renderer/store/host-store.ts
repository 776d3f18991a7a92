import type * as z from 'zod'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { examineHost } from '#contract/agent'
import { AppError } from '#contract/app-error'
import { call } from '../call.ts'

export type HostReport = z.output<typeof examineHost.response>

/** What the host offers. Requested, because the agent looks only on request. */
export type HostModel =
  | { readonly kind: 'loading' }
  | { readonly kind: 'error'; readonly error: AppError }
  | { readonly kind: 'ready'; readonly report: HostReport; readonly checking: boolean }

export const hostStore = createStore<{ readonly host: HostModel }>(() => ({ host: { kind: 'loading' } }))

export function useHost(): HostModel {
  return useStore(hostStore, ({ host }) => host)
}

/** Looks again. What was found before stays visible meanwhile. */
export async function examine(): Promise<void> {
  hostStore.setState(({ host }) => ({
    host: host.kind === 'ready' ? { ...host, checking: true } : { kind: 'loading' },
  }))
  try {
    const report = await call(examineHost, {})
    hostStore.setState({ host: { kind: 'ready', report, checking: false } })
  } catch (error) {
    hostStore.setState({ host: { kind: 'error', error: AppError.from(error) } })
  }
}
