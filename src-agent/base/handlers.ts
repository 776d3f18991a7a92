import type * as z from 'zod'
import type { Operation } from '#contract/operation'
import type { Operations } from '#contract/registry'

/** Handles a request that passed its schema. The signal aborts when the client goes away. */
export type Handler<O extends Operation> = (
  request: z.output<O['request']>,
  signal: AbortSignal,
) => Promise<z.input<O['response']>>
/** A handler for each operation of the contract: one that is missing is an error of types where the agent is wired. */
export type Handlers = { readonly [K in keyof Operations]: Handler<Operations[K]> }

/**
 * The operations that one room answers. Which they are is seen from the object itself, so that a new operation is named
 * in its declaration and in its handler, and nowhere else.
 */
export function defineHandlers<K extends keyof Handlers>(handlers: Pick<Handlers, K>): Pick<Handlers, K> {
  return handlers
}
