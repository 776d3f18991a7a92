import * as z from 'zod'
import { channels } from '#contract/app'
import { appError } from '#contract/app-error'
import type { Expose, Page } from './expose.ts'

/** Answers one operation; it parses its request itself. */
export type Answer = (request: unknown, page: Page) => Promise<unknown>
export type Answers = ReadonlyMap<string, Answer>

const CallMessage = z.strictObject({ name: z.string().max(64), request: z.unknown() })

/** Binds the channel for calls to a table of answers. A name that is not in the table does not exist. */
export function exposeCalls(expose: Expose, answers: Answers): void {
  expose(channels.call, CallMessage, ({ name, request }, page) => {
    const answer = answers.get(name)
    if (!answer) throw appError('operation-not-offered', {}, { detail: name })
    return answer(request, page)
  })
}
