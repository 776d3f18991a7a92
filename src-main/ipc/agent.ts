import { AppError } from '#contract/app-error'
import { callOperation } from '#contract/client/client'
import type { Address } from '#contract/client/transport'
import type { Operation } from '#contract/operation'
import { operations } from '#contract/registry'
import type { Answer, Answers } from './call.ts'
import type { Page } from './expose.ts'

interface Deps {
  readonly address: Address
  /** Aborts when the page that asks is gone. */
  readonly lifetimeOf: (page: Page) => AbortSignal
  /** Told when the link itself failed, so that the loss shows at once. */
  readonly onLinkTrouble: () => void
}

/** The window does not end the agent: that is for the command line, and sandboxes outlive the window. */
const notOffered: ReadonlySet<string> = new Set([operations.stopAgent.name])

/** Every operation of the agent that the window may ask for. Requests are parsed here, and by the agent again. */
export function agentAnswers(deps: Deps): Answers {
  const offered = Object.values<Operation>(operations).filter(({ name }) => !notOffered.has(name))
  return new Map(offered.map((operation) => [operation.name, passOn(operation, deps)]))
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
