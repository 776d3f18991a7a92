import { AppError } from '#contract/app-error'
import { callOperation } from '#contract/client/call-operation'
import type { Address } from '#contract/client/transport'
import type { Operation } from '#contract/operation'
import { windowOperations } from '#contract/window'
import type { Answer, Answers } from './call.ts'
import type { Page } from './expose.ts'

interface Deps {
  readonly address: Address
  /** Aborts when the page that asks is gone. */
  readonly lifetimeOf: (page: Page) => AbortSignal
  /** Called when the link itself failed, so that the loss shows at once. */
  readonly onLinkTrouble: () => void
}

/** Every operation of the agent that the window may ask for. Requests are parsed here, and by the agent again. */
export function agentAnswers(deps: Deps): Answers {
  return new Map(windowOperations.map((operation) => [operation.name, passOn(operation, deps)]))
}

function passOn(operation: Operation, { address, lifetimeOf, onLinkTrouble }: Deps): Answer {
  return async (request, page) => {
    try {
      return await callOperation(address, operation, request, { signal: lifetimeOf(page) })
    } catch (error) {
      if (AppError.from(error).wire.code === 'unavailable') onLinkTrouble()
      throw error
    }
  }
}
