import type { AgentLink } from '#contract/app'
import type { Reply } from '#contract/app-error'

/** What preload exposes. Everything it answers is parsed again on this side. */
export interface JoeyBridge {
  call(name: string, request: unknown): Promise<Reply<unknown>>
  /** The port arrives by `window.postMessage` under `id`: a context bridge cannot return one. */
  open(name: string, request: unknown, id: string): Promise<Reply<null>>
  /** Where a dropped file lies on this machine; '' where it does not. */
  pathOf(file: File): string
  /** Calls at once with the present state, and at every change. Returns its undo. */
  onLink(listener: (link: AgentLink) => void): () => void
}

declare global {
  interface Window {
    readonly joey: JoeyBridge
  }
}
