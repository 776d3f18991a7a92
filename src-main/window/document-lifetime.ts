import type { WebContents } from 'electron'

/**
 * The life of the document that a window shows: the signal aborts when it is reloaded, its process dies or the window
 * closes. What main opened for a document ends with it; the next document has a signal of its own.
 */
export function watchDocument(contents: Pick<WebContents, 'on' | 'once'>): () => AbortSignal {
  let present = new AbortController()
  const renew = (): void => {
    const past = present
    present = new AbortController()
    past.abort()
  }
  contents.on('did-navigate', renew)
  contents.on('render-process-gone', renew)
  contents.once('destroyed', renew)
  return () => present.signal
}
