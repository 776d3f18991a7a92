import type { WebContents } from 'electron'
import { isAppPage, isPublishedPort } from '../protocol/app-url.ts'

interface Navigation {
  readonly url: string
  readonly isMainFrame?: boolean
  preventDefault(): void
}

interface Deps {
  /** Hands a URL to the system's browser. */
  readonly openOutside: (url: string) => void
  readonly log: (message: string, details: Record<string, unknown>) => void
}

/** Keeps a page where it is: it may reload itself, and nothing else. */
export function confineNavigation(contents: WebContents, { openOutside, log }: Deps): void {
  const confine = (event: Navigation): void => {
    if (event.isMainFrame !== false && isAppPage(event.url)) return
    event.preventDefault()
    log('navigation denied', { url: event.url })
  }
  contents.on('will-navigate', confine)
  contents.on('will-redirect', confine)
  contents.on('will-frame-navigate', confine)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (isPublishedPort(url)) openOutside(url)
    else log('window denied', { url })
    return { action: 'deny' }
  })
}
