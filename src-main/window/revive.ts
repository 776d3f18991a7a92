import type { WebContents } from 'electron'

const mostRevivals = 3
const withinMs = 60_000

interface Deps {
  readonly load: () => Promise<void>
  readonly now: () => number
  readonly log: (message: string, details: Record<string, unknown>) => void
}

/**
 * Loads the page again when its process has died (out of memory, a fault of the browser): sandboxes and terminals are
 * the agent's, so nothing is lost. A page that dies again and again is left alone.
 */
export function reviveAfterCrash(contents: Pick<WebContents, 'on'>, { load, now, log }: Deps): void {
  let revivals: number[] = []
  contents.on('render-process-gone', (_event, { reason, exitCode }) => {
    log('page gone', { reason, exitCode })
    revivals = revivals.filter((at) => now() - at < withinMs)
    if (reason === 'clean-exit' || revivals.length >= mostRevivals) return
    revivals.push(now())
    load().catch((error: unknown) => log('page not loaded', { reason: String(error) }))
  })
}
