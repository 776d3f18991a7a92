import * as z from 'zod'
import { channels } from '#contract/app'
import type { Expose, Page } from './expose.ts'

const DrainAnswer = z.strictObject({ ticket: z.int().positive() })

/**
 * Asks a page whether it has worked off what it was sent. A MessagePort does not tell how much waits in it, but the page
 * has one thread for it all: when preload's answer comes, what was posted before has been, or is about to be, handled.
 */
export function exposeDrain(expose: Expose, lifetimeOf: (page: Page) => AbortSignal): (page: Page) => Promise<void> {
  const waiting = new Map<number, () => void>()
  let lastTicket = 0
  expose(channels.drain, DrainAnswer, async ({ ticket }) => waiting.get(ticket)?.())
  return (page) =>
    new Promise((resolve) => {
      const lifetime = lifetimeOf(page)
      lastTicket += 1
      const ticket = lastTicket
      const done = (): void => {
        waiting.delete(ticket)
        lifetime.removeEventListener('abort', done)
        resolve()
      }
      waiting.set(ticket, done)
      lifetime.addEventListener('abort', done, { once: true })
      if (lifetime.aborted) done()
      else page.frame.send(channels.drain, ticket)
    })
}
