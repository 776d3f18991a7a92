import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { AgentLink } from '#contract/app'
import type { Reply } from '#contract/app-error'
import { callNames, channels, streamNames } from './names.ts'

/** A short allow-list and no logic: whatever a page says is checked by main, and by the agent after it. */
contextBridge.exposeInMainWorld('joey', {
  call(name: string, request: unknown): Promise<Reply<unknown>> {
    if (!callNames.includes(name)) return unknown(name)
    return ipcRenderer.invoke(channels.call, { name, request })
  },

  /** The stream's port follows as a message of the window under `id`: a bridge cannot return one. */
  open(name: string, request: unknown, id: string): Promise<Reply<null>> {
    if (!streamNames.includes(name)) return unknown(name)
    return ipcRenderer.invoke(channels.open, { id, name, request })
  },

  /** Where a file lies that the person has dropped on the page; '' where it has no place on this machine. */
  pathOf(file: File): string {
    // Before Electron 32 a file had a path of its own.
    const known = webUtils as typeof webUtils | undefined
    return known?.getPathForFile(file) ?? (file as File & { readonly path?: string }).path ?? ''
  },

  /** Calls with the present state, then with each change. Returns its undo. */
  onLink(listener: (link: AgentLink) => void): () => void {
    let hasHeard = false
    const hear = (_event: unknown, link: AgentLink): void => {
      hasHeard = true
      listener(link)
    }
    ipcRenderer.on(channels.link, hear)
    ipcRenderer.invoke(channels.link, null).then(
      (reply: Reply<AgentLink>) => {
        if (reply.ok && !hasHeard) hear(null, reply.value)
      },
      () => undefined, // main is gone, and the window with it
    )
    return () => void ipcRenderer.off(channels.link, hear)
  },
})

ipcRenderer.on(channels.port, (event, { id }: { id: string }) => {
  window.postMessage({ channel: channels.port, id }, location.origin, [...event.ports])
})

// Main asks whether the page keeps up: this answers only when the page's thread comes round to it.
ipcRenderer.on(channels.drain, (_event, ticket: number) => {
  void ipcRenderer.invoke(channels.drain, { ticket })
})

function unknown(name: unknown): Promise<never> {
  return Promise.reject(new Error(`Joey's bridge has nothing named ${String(name)}.`))
}
