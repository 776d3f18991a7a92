import type * as z from 'zod'
import { type AppOperation, appOperations } from '#contract/app'
import type { Answer, Answers } from './call.ts'
import { type Page, parseMessage } from './expose.ts'

type Handler<Op extends AppOperation> = (
  request: z.output<Op['request']>,
  page: Page,
) => Promise<z.input<Op['response']>>

/** One handler for each operation that main itself answers. */
export type AppHandlers = {
  readonly [Key in keyof typeof appOperations]: Handler<(typeof appOperations)[Key]>
}

/** Binds the handlers to their operations: requests and answers go through the contract. */
export function appAnswers(handlers: AppHandlers): Answers {
  const bind = <Op extends AppOperation>(operation: Op, handler: Handler<Op>): [string, Answer] => [
    operation.name,
    async (raw, page) => {
      const request = parseMessage(operation.name, operation.request, raw) as z.output<Op['request']>
      return operation.response.parse(await handler(request, page))
    },
  ]
  return new Map([
    bind(appOperations.startAgent, handlers.startAgent),
    bind(appOperations.chooseImage, handlers.chooseImage),
    bind(appOperations.choosePaths, handlers.choosePaths),
    bind(appOperations.chooseTarget, handlers.chooseTarget),
    bind(appOperations.copyText, handlers.copyText),
    bind(appOperations.openLink, handlers.openLink),
    bind(appOperations.saveFile, handlers.saveFile),
    bind(appOperations.showLog, handlers.showLog),
    bind(appOperations.readApp, handlers.readApp),
    bind(appOperations.tellLanguage, handlers.tellLanguage),
  ])
}
