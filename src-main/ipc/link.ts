import * as z from 'zod'
import { type AgentLink, channels } from '#contract/app'
import type { Expose } from './expose.ts'

/** Lets a page that has just loaded read the state of the link; changes are pushed to it on the same channel. */
export function exposeLink(expose: Expose, present: () => AgentLink): void {
  expose(channels.link, z.null(), async () => present())
}
